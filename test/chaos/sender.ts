import { createInterface } from "node:readline";
import { handOver, type Letter, type Outcome } from "./smtp.ts";

// A process that lives in one network namespace and hands mails over: a line of JSON in for each, and one out. It is
// a process of its own because starting one for each mail would cost more than the mail. See post-office.ts.

/** A line of standard output. */
export type Report = { ready: true } | { key: string; outcome: Outcome };

/** What tells one try from another. */
export function keyOf({ id, attempt }: Pick<Letter, "id" | "attempt">): string {
	return `${id}.${attempt}`;
}

function serve(): void {
	const report = (line: Report) => process.stdout.write(`${JSON.stringify(line)}\n`);
	const lines = createInterface({ input: process.stdin });
	lines.on("line", async (line) => {
		const letter = JSON.parse(line) as Letter;
		report({ key: keyOf(letter), outcome: await handOver(letter) });
	});
	lines.on("close", () => process.exit(0));
	report({ ready: true });
}

if (process.argv[1] === import.meta.filename) serve();
