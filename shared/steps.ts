import { EX_TROUBLE } from "./errors.ts";
import { type Prompt, tellingOfWaits } from "./prompt.ts";
import { sentence } from "./sentence.ts";

/** One thing that is to be done, and may be done again. */
export interface Step {
	text: string;
	/** What it is for, a line each. */
	reasons?: readonly string[];
	/** For --verbose. */
	details?: string;
	act(): Promise<void>;
}

/** What is to be done, and what stays its owner's. */
export interface Steps {
	steps: readonly Step[];
	notes: readonly string[];
}

/** The sentences of the command whose steps they are. */
interface StepWords {
	note: "Note: {note}";
	done: "done: {step}";
	nothing: string;
	plan: string;
	askApply: string;
	refused: string;
}

interface TakeOptions {
	prompt: Prompt;
	say(text: string): void;
	verbose: boolean | undefined;
	/** Show them, and do nothing. */
	dryRun: boolean | undefined;
}

/**
 * Shows the steps, asks, and takes them in turn. Returns with what the command is to end, where it ends here: the answer was
 * no, or it only was to show them; undefined when all of it stands now.
 */
export async function takeSteps(
	{ steps, notes }: Steps,
	words: StepWords,
	{ prompt, say, verbose, dryRun }: TakeOptions,
): Promise<number | undefined> {
	for (const note of notes) say(sentence(words.note, { note }));
	if (steps.length === 0) {
		say(`\n${words.nothing}`);
		return dryRun ? 0 : undefined;
	}
	say(`\n${words.plan}`);
	for (const { text, reasons = [], details } of steps) {
		say(`  ${text}`);
		for (const reason of reasons) say(`    - ${reason}`);
		if (verbose && details) say(details.trimEnd().replaceAll(/^/gm, "    "));
	}
	if (dryRun) return EX_TROUBLE;
	if (!(await prompt.yes({ text: words.askApply, flag: "--yes" }))) {
		say(words.refused);
		return EX_TROUBLE;
	}
	for (const step of steps) {
		await tellingOfWaits(`${step.text} ...`, step.act(), say);
		say(sentence(words.done, { step: step.text }));
	}
	return undefined;
}
