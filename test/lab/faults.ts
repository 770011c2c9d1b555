import { readFileSync } from "node:fs";

/** A line of faults.md: a fault, what is printed of it and where, and the test that provokes it. */
export interface Fault {
	name: string;
	fault: string;
	/** Whose `status` prints it. */
	at: "home" | "relay";
	/** Undefined: it healed by itself. */
	code: string | undefined;
	says: readonly string[];
	step: string;
	file: string;
	/** What of the test's title, or of its file, shows the fault. */
	shows: string;
}

/** All of faults.md. */
export function readFaults(): Fault[] {
	const text = readFileSync(new URL("faults.md", import.meta.url), "utf8");
	const rows = text
		.split("\n")
		.filter((line) => /^\| [a-z]\w* \|/.test(line) && !line.startsWith("| name |"));
	return rows.map((row) => {
		const cells = row.slice(2, -2).split(" | ");
		const [name, fault, at, code, says, step, test] = cells as [string, string, Fault["at"], ...string[]];
		const [file, ...shows] = test!.split(": ");
		return {
			...{ name, fault, at, step: step!, says: says!.split(" ... ") },
			...{ code: code === "-" ? undefined : code, file: file!, shows: shows.join(": ") },
		};
	});
}

/** The line of this name; throws when there is none. */
export function faultCalled(name: string): Fault {
	const found = readFaults().find((one) => one.name === name);
	if (!found) throw new Error(`faults.md has no line ${name}`);
	return found;
}
