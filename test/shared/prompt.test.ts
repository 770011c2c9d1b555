import { resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { keys, openTerminal } from "../pty.ts";

const shared = resolve(import.meta.dirname, "../../shared");
/** Asks of every kind, in the way of the commands, and says what it got. */
const program = `
	import { exitWith } from "${shared}/cli.ts";
	import { createPrompt } from "${shared}/prompt.ts";
	const options = JSON.parse(process.argv[1]);
	const prompt = createPrompt({ all: options.yes ?? false });
	const wrong = (name) => (/^[a-z.]+$/.test(name) ? undefined : "expected a name in small letters");
	exitWith((async () => {
		const host = await prompt.text({ text: "Which name?", flag: "--host NAME", given: options.host, proposal: "relay.example", wrong });
		console.log("host=" + host);
		const token = await prompt.secret({ text: "The token?", flag: "--token-file FILE", wrong: (t) => (t ? undefined : "expected a token") });
		console.log("token=" + token.length);
		const sure = await prompt.yes({ text: "Do it?", flag: "--yes", given: options.sure });
		const parts = await prompt.choose({ text: "Which?", flag: "--parts", choices: [{ value: "a", label: "Aa" }, { value: "b", label: "Bb", hint: "why" }, { value: "c", label: "Cc", proposed: false }] });
		console.log("sure=" + sure + " parts=" + parts);
		return 0;
	})());
`;
const argv = (options: object) => [
	...[process.execPath, "--import", "tsx", "--input-type=module", "-e", program, JSON.stringify(options)],
];

function open(options: object, env: NodeJS.ProcessEnv = {}) {
	const terminal = openTerminal(argv(options), {
		env: { ...process.env, TERM: "xterm", NO_COLOR: "", ...env },
	});
	onTestFinished(() => terminal.hangUp());
	return terminal;
}

const showsCursor = (raw: string) => raw.lastIndexOf("\u001b[?25h") >= raw.lastIndexOf("\u001b[?25l");
const patience = 60_000;

test(
	"at a terminal each question is asked; a proposal is taken by Enter, and a secret is not shown",
	async () => {
		const terminal = open({});
		await terminal.says("Which name?");
		terminal.type(keys.enter);
		await terminal.says("host=relay.example");
		await terminal.says("The token?");
		terminal.type(`s3cret${keys.enter}`);
		await terminal.says("token=6");
		await terminal.says("Do it?");
		terminal.type(keys.enter);
		await terminal.says("Which?");
		terminal.type(keys.enter);
		await terminal.says("sure=true parts=a,b");
		expect(await terminal.ended).toBe(0);
		expect(terminal.raw()).not.toContain("s3cret");
		expect(showsCursor(terminal.raw())).toBe(true);
	},
	patience,
);

test(
	"an answer that is none is told at once, and may be corrected",
	async () => {
		const terminal = open({});
		await terminal.says("Which name?");
		terminal.type(`9${keys.enter}`);
		await terminal.says("expected a name in small letters");
		terminal.type(`\u007f${keys.enter}`);
		await terminal.says("host=relay.example");
	},
	patience,
);

test.each(["ctrlC", "ctrlD"] as const)(
	"%s ends it with status 130 and one sentence, the cursor shown",
	async (key) => {
		const terminal = open({});
		await terminal.says("Which name?");
		terminal.type(keys.enter);
		await terminal.says("The token?");
		terminal.type(keys[key]);
		expect(await terminal.ended).toBe(130);
		expect(terminal.text()).toContain("ended at your wish; run the same command again to go on");
		expect(terminal.text()).not.toMatch(/ at .*\.ts|Warning/);
		expect(showsCursor(terminal.raw())).toBe(true);
	},
	patience,
);

test(
	"with --yes and flags nobody is asked, and without an answer it says which flag is missing",
	async () => {
		const terminal = open({ yes: true });
		expect(await terminal.ended).toBe(64);
		expect(terminal.text()).toContain("host=relay.example\n");
		expect(terminal.text()).toContain("--token-file FILE is needed: there is no terminal to ask on");
	},
	patience,
);

test(
	"without a terminal it waits for nobody, also with an answer in a pipe",
	async () => {
		const piped = openTerminal(["sh", "-c", 'printf "x\\ny\\n" | "$0" "$@" | cat; echo end', ...argv({})]);
		await piped.says("end");
		expect(piped.text()).toContain(
			"--host NAME is needed: there is no terminal to ask on\nwhat to do: give --host NAME, or --yes for what is proposed",
		);
		const wrong = openTerminal(argv({ yes: true, host: "9" }));
		expect(await wrong.ended).toBe(64);
		expect(wrong.text()).toContain("--host NAME: expected a name in small letters");
	},
	patience,
);

test(
	"NO_COLOR is obeyed",
	async () => {
		// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters.
		const colours = /\u001b\[[34]\d(;\d+)*m/;
		const plain = open({}, { NO_COLOR: "1" });
		await plain.says("Which name?");
		plain.type(keys.ctrlC);
		await plain.ended;
		expect(plain.raw()).not.toMatch(colours);
		// Nothing that the machine says about colours: NO_COLOR, FORCE_COLOR=0, NODE_DISABLE_COLORS, CI, TERM=dumb.
		const env = { PATH: process.env.PATH, TERM: "xterm-256color" };
		const coloured = openTerminal(argv({}), { env });
		await coloured.says("Which name?");
		coloured.type(keys.ctrlC);
		await coloured.ended;
		expect(coloured.raw()).toMatch(colours);
	},
	patience,
);
