import type { Command } from "commander";
import { expect, test } from "vitest";
import { agent } from "../../agent/agent.ts";
import { prepareHelp } from "../../shared/help.ts";
import { programCommands } from "../../shared/program-cli.ts";
import { german } from "../../shared/words/german.ts";

function helpOf(command: Command): string {
	let text = "";
	command.configureOutput({
		writeOut(part) {
			text += part;
		},
	});
	command.outputHelp();
	return text;
}

const commandOf = (program: Command, name: string) => program.commands.find((one) => one.name() === name)!;

test("--help speaks the language of whoever asks, of the program and of each command, within 80 columns", async () => {
	const program = programCommands(agent);
	await prepareHelp(program, ["--help"], async () => german);
	const whole = helpOf(program);
	expect(whole).toMatch(/^Aufruf: heimweg/);
	for (const part of [
		"Befehle:",
		"Rückgabewert:",
		"  78  die Konfiguration",
		"Dateien:",
		"diese Hilfe zeigen",
	])
		expect(whole).toContain(part);
	const join = helpOf(commandOf(program, "join"));
	expect(join.replaceAll(/\s+/g, " ")).toContain("--no-dns keine Einträge bei deSEC führen");
	expect(helpOf(commandOf(program, "status"))).toContain('(Vorgabe: "/etc/heimweg/heimweg.toml")');
	for (const line of `${whole}${join}`.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
	expect(whole).not.toMatch(/\b(?:the|and|with)\b/);
});

test("the catalogue is read for help alone, and not by a daemon that starts", async () => {
	const asked = async (...words: string[]) => {
		let times = 0;
		await prepareHelp(programCommands(agent), words, async () => {
			times += 1;
			return german;
		});
		return times;
	};
	expect(await asked("run", "--config", "/etc/heimweg/heimweg.toml")).toBe(0);
	expect(await asked("recipients", "--write")).toBe(0);
	expect(await asked("join", "-h")).toBe(1);
	// A command that only groups others shows what there is.
	expect(await asked("dns")).toBe(1);
	expect(await asked()).toBe(1);
});
