import { expect, test, vi } from "vitest";
import { deriveKeys, publicKeyOf } from "../../../shared/protocol/keys.ts";

const read = vi.hoisted(() => ({ times: 0 }));
vi.mock("node:crypto", async (original) => {
	const crypto = await original<typeof import("node:crypto")>();
	const createPrivateKey = (...args: Parameters<typeof crypto.createPrivateKey>) => {
		read.times += 1;
		return crypto.createPrivateKey(...args);
	};
	return { ...crypto, createPrivateKey };
});

test("the own key is read once, however many homes there are, and another one is not taken for it", () => {
	const keys = [1, 2, 3].map((byte) => Buffer.alloc(32, byte).toString("base64"));
	const others = keys.map(publicKeyOf);
	read.times = 0;
	const derived = others.map((other) => deriveKeys(keys[0]!, other, "relay").pulse.toString("hex"));
	expect(read.times).toBe(1);
	expect(new Set(derived).size).toBe(3);
	expect(deriveKeys(keys[1]!, others[0]!, "home").pulse.toString("hex")).toBe(derived[1]);
});
