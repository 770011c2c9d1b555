import { confirm, isCancel, multiselect, password, text } from "@clack/prompts";
import { EX_USAGE, HeimwegError } from "./errors.ts";
import { SECOND } from "./time.ts";
import { english, type Speak } from "./words/say.ts";

/** Somebody pressed Ctrl-C or Ctrl-D at a question, or the terminal went away. */
export class Interrupted extends HeimwegError {
	/** As a shell has it for SIGINT. */
	override readonly exitStatus = 130;

	constructor() {
		super("ended at your wish; run the same command again to go on");
	}
}

/** A question's answer is missing, or the one on the command line is none. */
export class WrongAnswer extends HeimwegError {
	override readonly exitStatus = EX_USAGE;
}

/** What every question has. */
interface Question<Answer> {
	/** As a person reads it. */
	text: string;
	/** The option of the command line that answers it, `--host NAME`. */
	flag: string;
	/** What the command line answered. */
	given?: Answer | undefined;
	/** What is wrong with an answer, as a sentence. */
	wrong?(answer: Answer): string | undefined;
}

/** Asks a person; what the command line answered is not asked, and without a terminal nobody is. */
export interface Prompt {
	/** Whether there is somebody to ask. */
	readonly asks: boolean;
	text(question: Question<string> & { proposal?: string | undefined }): Promise<string>;
	/** As text, and nobody sees what is typed. Its flag names a file, since others see a command line. */
	secret(question: Omit<Question<string>, "given">): Promise<string>;
	yes(question: Omit<Question<boolean>, "wrong"> & { proposal?: boolean }): Promise<boolean>;
	/** Any number of the choices; all but those that say otherwise are proposed. */
	choose(question: Question<string[]> & { choices: readonly Choice[] }): Promise<string[]>;
}

export interface Choice {
	value: string;
	label: string;
	hint?: string | undefined;
	/** True unless said. */
	proposed?: boolean;
}

/** What is read from and written to. */
interface Streams {
	input: NodeJS.ReadStream;
	output: NodeJS.WriteStream;
}

/**
 * @param all take every proposal without asking (`--yes`)
 */
export function createPrompt({
	all,
	speak = english,
	input = process.stdin,
	output = process.stdout,
}: { all: boolean; speak?: Speak } & Partial<Streams>): Prompt {
	const asks = !all && input.isTTY === true && output.isTTY === true;
	// One that cannot move its cursor gets lines that stay as they are.
	const plain = process.env.TERM === "dumb" ? { accessible: true } : {};

	async function answer<Answer>(
		{ flag, given, wrong, proposal }: Question<Answer> & { proposal?: Answer | undefined },
		ask: (terminal: Streams & { signal: AbortSignal }) => Promise<Answer | symbol>,
	): Promise<Answer> {
		const known = given ?? (asks ? undefined : all ? proposal : undefined);
		if (known !== undefined) {
			const problem = wrong?.(known);
			if (problem === undefined) return known;
			throw new WrongAnswer(given === undefined ? `${flag} is needed: ${problem}` : `${flag}: ${problem}`);
		}
		if (!asks) throw nobodyToAsk(flag, proposal !== undefined && !all);
		return atTerminal({ input, output }, ask);
	}

	const spoken = (problem: string | undefined) => problem && speak(problem);

	return {
		asks,
		text: (question) =>
			answer(question, (terminal) =>
				text({
					...terminal,
					...plain,
					message: speak(question.text),
					...(question.proposal === undefined ? {} : { initialValue: question.proposal }),
					validate: (typed = "") => spoken(question.wrong?.(typed.trim())),
				}).then((typed) => (typeof typed === "string" ? typed.trim() : typed)),
			),
		secret: (question) =>
			answer<string>(question, (terminal) =>
				password({
					...terminal,
					...plain,
					message: speak(question.text),
					validate: (typed = "") => spoken(question.wrong?.(typed.trim())),
				}).then((typed) => (typeof typed === "string" ? typed.trim() : typed)),
			),
		yes: ({ proposal = true, ...question }) =>
			answer<boolean>({ ...question, proposal }, (terminal) =>
				confirm({ ...terminal, ...plain, message: speak(question.text), initialValue: proposal }),
			),
		choose: ({ choices, ...question }) => {
			const proposal = choices.filter(({ proposed = true }) => proposed).map(({ value }) => value);
			return answer<string[]>({ ...question, proposal }, (terminal) =>
				multiselect<string>({
					...terminal,
					...plain,
					message: speak(question.text),
					options: choices.map(({ value, label, hint }) => ({
						value,
						label: speak(label),
						...(hint ? { hint: speak(hint) } : {}),
					})),
					initialValues: proposal,
					required: false,
				}),
			);
		},
	};
}

function nobodyToAsk(flag: string, proposed: boolean): WrongAnswer {
	return new WrongAnswer(`${flag} is needed: there is no terminal to ask on`, {
		remedy: proposed && flag !== "--yes" ? `give ${flag}, or --yes for what is proposed` : `give ${flag}`,
	});
}

/**
 * Asks, and throws Interrupted when no answer comes. Of itself the prompt would never end at Ctrl-D, nor when the
 * terminal goes away, and the program would end with its cursor hidden.
 */
async function atTerminal<Answer>(
	{ input, output }: Streams,
	ask: (terminal: Streams & { signal: AbortSignal }) => Promise<Answer | symbol>,
): Promise<Answer> {
	const ended = new AbortController();
	const end = () => ended.abort();
	const pressed = (_: unknown, key?: { ctrl?: boolean; name?: string }) => {
		if (key?.ctrl && key.name === "d") end();
	};
	const shown = () => void output.write(showCursor);
	const terminated = () => {
		restore();
		process.exit(143);
	};
	function restore(): void {
		if (input.isRaw) input.setRawMode(false);
		shown();
	}
	input.on("keypress", pressed).once("end", end).once("close", end);
	process.once("exit", shown).once("SIGTERM", terminated);
	try {
		const given = await ask({ input, output, signal: ended.signal });
		if (isCancel(given) || typeof given === "symbol") throw new Interrupted();
		return given;
	} finally {
		input.off("keypress", pressed).off("end", end).off("close", end);
		process.off("exit", shown).off("SIGTERM", terminated);
		restore();
	}
}

/** DECTCEM, set (ECMA-48's private modes). */
const showCursor = "\u001b[?25h";

/** Milliseconds after which somebody who waits is told for what. */
const silence = SECOND;

/** Says what is waited for once it takes longer than a second; plain lines, so that a log can be read too. */
export async function tellingOfWaits<Result>(
	what: string,
	work: Promise<Result>,
	say: (line: string) => void,
): Promise<Result> {
	const timer = setTimeout(() => say(what), silence);
	return work.finally(() => clearTimeout(timer));
}
