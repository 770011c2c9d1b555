import { Command } from "commander";
import { expect, test } from "vitest";
import { doctorCommandLine } from "../../../agent/doctor/cli.ts";

test.each(["no_such..domain", "two words", "-", "example"])(
	"the doctor is asked of no domain that is none: %s",
	async (text) => {
		const program = new Command().exitOverride().configureOutput({ writeErr() {} });
		let looked = false;
		const line = {
			configOption: ["--config <file>", "where", "/nowhere"],
			async load() {
				looked = true;
			},
			async order() {
				looked = true;
			},
			async end() {
				looked = true;
			},
		};
		doctorCommandLine(program, line as never);
		for (const command of program.commands) command.exitOverride().configureOutput({ writeErr() {} });
		await expect(program.parseAsync(["node", "heimweg", "doctor", text])).rejects.toThrow(
			"expected a domain, such as",
		);
		expect(looked).toBe(false);
	},
);
