import type { z } from "zod";

/** What a TOML file holds, in its own terms. */
const kinds: Record<string, string> = {
	array: "a list",
	boolean: "true or false",
	int: "a whole number",
	number: "a number",
	object: "a table",
	record: "a table",
	string: "a text in quotes",
};

/** The sentences for one thing that a schema found wrong: which key, what was expected, what came. */
export function problemsOf(file: string, issue: z.core.$ZodIssue): string[] {
	if (issue.code === "unrecognized_keys") {
		return issue.keys.map(
			(key) =>
				`${file}: ${[...issue.path, key].join(".")}: this key is not known; remove it or correct its spelling`,
		);
	}
	const where = issue.path.length > 0 ? `${issue.path.join(".")}: ` : "";
	if (issue.input === undefined && (issue.code === "invalid_type" || issue.code === "invalid_value")) {
		return [`${file}: ${where}this key is missing; ${expectation(issue)}`];
	}
	if (issue.code === "invalid_type" && issue.expected === "array" && isTable(issue.input)) {
		const name = issue.path.join(".");
		return [`${file}: ${where}expected a list of tables: write [[${name}]] with two brackets, not [${name}]`];
	}
	const message = expectation(issue);
	// Where a secret's file should be named, some write the secret itself.
	if (String(issue.path.at(-1)).endsWith("_file")) return [`${file}: ${where}${message}`];
	const got = /\bgot\b|received|"[^"]*" (is|and|has|lies) /.test(message)
		? ""
		: `, got ${shown(issue.input)}`;
	return [`${file}: ${where}${message}${got}`];
}

function isTable(input: unknown): boolean {
	return typeof input === "object" && input !== null && !Array.isArray(input) && !(input instanceof Date);
}

function expectation(issue: z.core.$ZodIssue): string {
	switch (issue.code) {
		case "invalid_type":
			return `expected ${kinds[issue.expected] ?? issue.expected}`;
		case "invalid_value":
			return `expected ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
		case "too_small":
		case "too_big": {
			const [limit, word] =
				issue.code === "too_small" ? [issue.minimum, "at least"] : [issue.maximum, "at most"];
			if (!issue.message.startsWith("Too ")) return issue.message;
			if (issue.origin === "array")
				return `expected a list with ${word} ${limit} ${limit === 1 ? "entry" : "entries"}`;
			if (issue.origin === "string") return `expected a text of ${word} ${limit} characters`;
			return `expected ${word} ${limit}`;
		}
		default:
			return issue.message.replace(/^Invalid input: /, "");
	}
}

function shown(input: unknown): string {
	const text = JSON.stringify(input) ?? "nothing";
	return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
