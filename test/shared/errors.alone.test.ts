import { expect, test, vi } from "vitest";
import { CommandError } from "../../shared/command.ts";
import { ConfigError, HeimwegError, remedyOf } from "../../shared/errors.ts";

test("an error is known by its class in the doctor too, which is a file with classes of its own", async () => {
	vi.resetModules();
	const there = { ...(await import("../../shared/errors.ts")), ...(await import("../../shared/command.ts")) };
	expect(there.CommandError).not.toBe(CommandError);
	const error = new there.CommandError("delv", "delv is missing", { missing: true, remedy: "install it" });
	expect(error).toBeInstanceOf(CommandError);
	expect(error).toBeInstanceOf(HeimwegError);
	expect(error).not.toBeInstanceOf(ConfigError);
	expect(remedyOf(error)).toBe("install it");
	for (const other of [new Error("x"), new TypeError("x"), null, undefined, "x", { name: "HeimwegError" }])
		expect(other instanceof HeimwegError).toBe(false);
});
