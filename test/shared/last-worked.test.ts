import { expect, test } from "vitest";
import { createLastWorked, lastWorkedSchema, together } from "../../shared/last-worked.ts";

/** A state file in memory. */
function memory(text?: string) {
	const file = { text };
	return {
		file,
		state: {
			read: async () => (file.text === undefined ? undefined : lastWorkedSchema.parse(JSON.parse(file.text))),
			async write(value: object) {
				file.text = JSON.stringify(value);
			},
			stop() {},
		},
	};
}

const had = { "this home's key": "a", "the relay's key": "b" };

test("what is another than when the tunnel last worked is known after a restart, until it works again", async () => {
	const { file, state } = memory();
	const first = createLastWorked(state, had);
	await first.restore();
	expect([first.changed(), first.at()], "never worked").toEqual([[], undefined]);
	first.worked(new Date("2026-01-01T12:00:00Z"));
	const second = createLastWorked(memory(file.text).state, {
		...had,
		"the relay's key": "c",
		"its port": "1",
	});
	await second.restore();
	expect(second.at()).toEqual(new Date("2026-01-01T12:00:00Z"));
	expect(second.changed(), "what was not known then is no change").toEqual(["the relay's key"]);
	second.worked();
	expect(second.changed()).toEqual([]);
});

test("names stand together as in a sentence", () => {
	expect([["a"], ["a", "b"], ["a", "b", "c"]].map(together)).toEqual(["a", "a and b", "a, b and c"]);
});
