import { afterEach, expect, test, vi } from "vitest";
import { createPrompt } from "../../shared/prompt.ts";
import { takeSteps } from "../../shared/steps.ts";

const words = {
	note: "Note: {note}",
	done: "done: {step}",
	nothing: "Nothing is to be done.",
	plan: "To be done:",
	askApply: "Do all of this?",
	refused: "Nothing was changed.",
} as const;

afterEach(() => {
	vi.useRealTimers();
});

function taking() {
	const said: string[] = [];
	const say = (text: string) => void said.push(text);
	return { said, options: { prompt: createPrompt({ all: true }), say, verbose: false, dryRun: false } };
}

test("a step that takes longer than a second is named when it begins to, and what is quick is said once", async () => {
	vi.useFakeTimers();
	const { said, options } = taking();
	const act = (milliseconds: number) => () =>
		new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
	const steps = [
		{ text: "the quick one", act: act(900) },
		{ text: "the slow one", act: act(5_000) },
	];
	const taken = takeSteps({ steps, notes: [] }, words, options);
	await vi.advanceTimersByTimeAsync(10_000);
	expect(await taken).toBeUndefined();
	expect(said).toEqual([
		"\nTo be done:",
		"  the quick one",
		"  the slow one",
		"done: the quick one",
		"the slow one ...",
		"done: the slow one",
	]);
});

test("what comes after a step that failed is not done, and nothing says that it was", async () => {
	const { said, options } = taking();
	const done: string[] = [];
	const step = (text: string, fails = false) => ({
		text,
		async act() {
			if (fails) throw new Error("no room on the disk");
			done.push(text);
		},
	});
	const steps = [step("first"), step("second", true), step("third")];
	await expect(takeSteps({ steps, notes: [] }, words, options)).rejects.toThrow("no room on the disk");
	expect(done).toEqual(["first"]);
	expect(said.filter((line) => line.startsWith("done"))).toEqual(["done: first"]);
});
