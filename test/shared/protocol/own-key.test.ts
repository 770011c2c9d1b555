import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { expect, onTestFinished, test, vi } from "vitest";
import { deriveKeys, publicKeyOf } from "../../../shared/protocol/keys.ts";

test("the own key is read once, however many homes there are, and another one is not taken for it", () => {
	const keys = [1, 2, 3].map((byte) => Buffer.alloc(32, byte).toString("base64"));
	const others = keys.map(publicKeyOf);
	const read = vi.spyOn(crypto, "createPrivateKey");
	syncBuiltinESMExports();
	onTestFinished(() => {
		read.mockRestore();
		syncBuiltinESMExports();
	});
	const derived = others.map((other) => deriveKeys(keys[0]!, other, "relay").pulse.toString("hex"));
	expect(read).toHaveBeenCalledTimes(1);
	expect(new Set(derived).size).toBe(3);
	expect(deriveKeys(keys[1]!, others[0]!, "home").pulse.toString("hex")).toBe(derived[1]);
});
