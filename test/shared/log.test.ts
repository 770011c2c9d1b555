import { execFileSync } from "node:child_process";
import { pino } from "pino";
import { expect, test } from "vitest";
import { CommandError } from "../../shared/command.ts";
import { ConfigError } from "../../shared/errors.ts";
import { journalLine } from "../../shared/log.ts";

/** What the journal gets of one call. */
function inJournal(write: (log: pino.Logger) => void): string {
	let text = "";
	write(
		pino({ level: "trace", base: null, timestamp: false }, { write: (line) => (text += journalLine(line)) }),
	);
	return text;
}

/** What a program of ours prints, in an environment of its own. */
function printed(
	environment: Record<string, string>,
	settings = '{ level: "info", format: "auto" }',
): string {
	const program = `
		import { createLog } from "./shared/log.ts";
		const { log, configure } = createLog();
		configure(${settings});
		log.debug("details"); log.info({ home: "anna" }, "a sentence"); log.error({ condition: "a.b" }, "bad");`;
	return execFileSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], {
		encoding: "utf8",
		env: { PATH: process.env.PATH ?? "", ...environment },
	});
}

test.each([
	["trace", 7],
	["debug", 7],
	["info", 6],
	["warn", 4],
	["error", 3],
	["fatal", 2],
] as const)("a line of level %s has syslog's priority %i", (level, priority) => {
	expect(inJournal((log) => log[level]("a sentence"))).toBe(`<${priority}>a sentence\n`);
});

test("every line of a text with several has the priority, and cannot claim another", () => {
	expect(inJournal((log) => log.warn("first\n<0>second\n\nthird"))).toBe(
		"<4>first\n<4><0>second\n<4>\n<4>third\n",
	);
});

test("the journal gets the sentence, the condition's code and an error's stack, and no other field", () => {
	expect(inJournal((log) => log.error({ condition: "a.b", subject: "x", token: "s3cret" }, "bad"))).toBe(
		"<3>bad [a.b]\n",
	);
	const text = inJournal((log) => log.fatal({ err: new ConfigError(["one", "two"]) }, "the start failed"));
	expect(text).toMatch(/^<2>the start failed: ConfigError: one\n<2>two\n<2> {4}at /);
	expect(inJournal((log) => log.info({ a: 1 }))).toBe("<6>\n");
});

test("control characters from outside do not reach the terminal of whoever reads the journal", () => {
	expect(inJournal((log) => log.warn("a\u001b[2Jb\u0000c\rd\u009be\tf – ü 🏠\u202e"))).toBe(
		"<4>a?[2Jb?c?d?e\tf – ü 🏠?\n",
	);
});

test("an error with a command's output is logged without what the command was fed", () => {
	const { log, lines } = (() => {
		const kept: string[] = [];
		return { log: pino({ base: null }, { write: (line) => kept.push(line) }), lines: kept };
	})();
	log.error({ err: new CommandError("wg", '"wg set" failed: no', { exitCode: 1, stderr: "no" }) }, "failed");
	expect(JSON.parse(lines[0] ?? "")).toMatchObject({ err: { type: "CommandError", stderr: "no" } });
});

test("under systemd the log is sentences, elsewhere JSON, and the config can say which", () => {
	expect(printed({ JOURNAL_STREAM: "8:1" })).toBe("<6>a sentence\n<3>bad [a.b]\n");
	const lines = printed({}, '{ level: "debug", format: "auto" }')
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));
	expect(lines).toMatchObject([
		{ level: "debug", msg: "details" },
		{ level: "info", msg: "a sentence", home: "anna", time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) },
		{ level: "error", msg: "bad", condition: "a.b" },
	]);
	expect(printed({ JOURNAL_STREAM: "8:1" }, '{ level: "info", format: "json" }')).toContain('"msg":"bad"');
	expect(printed({}, '{ level: "info", format: "journal" }')).toContain("<3>bad");
});
