import { expect, test } from "vitest";
import { germanCatalogue } from "../../../shared/words/german.ts";
import { helpTexts } from "./help-texts.ts";
import { sentencesIn, sentencesOf } from "./sentences.ts";

const holes = /\{(\d+)[#.@~]?(?::\w+)?\}/g;
const plain = (key: string) => key.replace(holes, "{$1}");
const holesOf = (text: string) => [...text.matchAll(holes)].map(([, at]) => Number(at)).sort((a, b) => a - b);
/** Commands and settings stand in quotes, and stay as they are. */
const quoted = (text: string) => [...plain(text).matchAll(/"([^"]+)"/g)].map(([, inner]) => inner).sort();

const said = new Map([...helpTexts(), ...(await sentencesIn(["agent", "relay-side", "shared"]))]);
const entries = Object.entries(germanCatalogue);

test("each sentence that a person may read has its German one", () => {
	const known = new Set(entries.map(([key]) => plain(key)));
	const missing: string[] = [];
	for (const [sentence, file] of said) {
		// As it stands in the catalogue, for whoever adds it.
		if (!known.has(sentence)) missing.push(`${file}: ${JSON.stringify(sentence)}: "",`);
	}
	expect(missing).toEqual([]);
});

test("each German sentence has its English one", () => {
	expect(entries.map(([key]) => plain(key)).filter((key) => !said.has(key))).toEqual([]);
	expect(new Set(entries.map(([key]) => plain(key))).size).toBe(entries.length);
});

test("a German sentence puts in all that the English one does, and leaves commands as they are", () => {
	for (const [key, german] of entries) {
		const [wanted, found] = [holesOf(key), holesOf(german)];
		expect(wanted, key).toEqual(wanted.map((_, at) => at));
		expect([...new Set(found)], key).toEqual(wanted);
		expect(quoted(german), key).toEqual(quoted(key));
	}
});

test("sentences are found in all their shapes, where the source says them", async () => {
	const found = await sentencesOf(`
		const then = 'run "postfix reload"';
		const some = (list: string[]) => (list.length > 5 ? say\`\${list[0]} and more\` : list.join());
		export const wrong = condition<{ many: boolean }>({
			code: "part.wrong",
			title: "it is wrong",
			text: ({ many, why }) => \`\${many ? "they are" : "it is"} wrong: \${some(why)}\`,
			remedy: ({ remedy }) => remedy ?? \`look at it, then \${then}\`,
		});
		const row = { place: 10, name: "Row", text: known ? \`up to \${known.at}\` : "not known" };
		throw new HeimwegError("no way: " + reason, { remedy: fixed.map((one) => \`fix \${one} first\`).join() });
		const proof = { verdict: "yes", because: "answered" };
		log.info("nobody reads this in another language");
	`);
	expect([...found].sort()).toEqual(
		[
			...["it is wrong", "they are wrong: {0}", "it is wrong: {0}", "{0} and more"],
			...['look at it, then run "postfix reload"', "Row", "up to {0}", "not known"],
			...["no way: {0}", "fix {0} first"],
		].sort(),
	);
});
