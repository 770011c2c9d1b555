import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { agent } from "../agent/agent.ts";
import { relay } from "../relay-side/relay.ts";
import { type Fault, readFaults } from "./lab/faults.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const faults = readFaults();

const sources = ["agent", "relay-side", "shared"]
	.flatMap((folder) =>
		readdirSync(`${root}${folder}`, { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
			.map((entry) => readFileSync(`${entry.parentPath}/${entry.name}`, "utf8")),
	)
	.join("\n")
	// As they stand in quotes of either kind.
	.replaceAll("\\'", "'");

const testOf = ({ file }: Fault) => readFileSync(`${root}test/lab/${file}`, "utf8");
const printed = (fault: Fault, words: string) =>
	fault.file === "faults.test.ts" || sources.includes(words) || testOf(fault).includes(words);

test("39 faults and more stand in one list, each with its own name", () => {
	expect(faults.length).toBeGreaterThanOrEqual(39);
	expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
});

test.each(faults)("$fault: a test provokes it, and what is printed names cause and first step", (fault) => {
	expect(["home", "relay"]).toContain(fault.at);
	expect(testOf(fault), `in ${fault.file}`).toContain(fault.shows);
	const conditions = [...agent.parts, ...relay.parts].flatMap((part) => part.conditions ?? []);
	const own = [...conditions.map(({ code }) => code), "postfix.disk_full", "notify.failing"];
	if (fault.code) expect(own).toContain(fault.code);
	for (const words of [...fault.says, fault.step]) expect(printed(fault, words), words).toBe(true);
});
