import { expect, test } from "vitest";
import { agent } from "../agent/agent.ts";
import { relay } from "../relay-side/relay.ts";
import { circlesIn, importsOf } from "./imports.ts";

const sides = {
	agent: {
		program: agent,
		list: "agent/agent.ts",
		/** What every part may name: facts, words, and the relay's client. */
		common: [
			...["agent/facts.ts", "agent/part.ts", "agent/config.ts", "agent/relay/client.ts"],
			// Where valid recipients stand.
			...["agent/recipients/find.ts", "agent/recipients/need.ts"],
			// What is wanted of a mail domain's records, by the configuration.
			...["agent/dns/config.ts", "agent/dns/mail-domains.ts"],
			// How a certificate is judged.
			"agent/ports/certificate.ts",
		],
	},
	"relay-side": {
		program: relay,
		list: "relay-side/relay.ts",
		/** The words of Postfix's maps and settings are common; its part is one like the others. */
		common: [
			"relay-side/facts.ts",
			"relay-side/part.ts",
			"relay-side/config.ts",
			"relay-side/identity.ts",
			// What Postfix calls this machine, and its public addresses.
			"relay-side/own-name.ts",
			"relay-side/refused.ts",
			...["apply", "conditions", "entry", "file-marks", "maps", "our-maps", "policy-socket", "queue"].map(
				(word) => `relay-side/postfix/${word}.ts`,
			),
		],
	},
} as const;

/** The folder that a file of a side is in; undefined for those beside the folders. */
function partOf(side: string, file: string): string | undefined {
	const [top, folder, ...rest] = file.split("/");
	return top === side && rest.length > 0 ? folder : undefined;
}

for (const [side, { program, list, common }] of Object.entries(sides)) {
	test(`no part in ${side} names another: they know each other through facts`, async () => {
		const imports = await importsOf([side]);
		const offending: string[] = [];
		for (const [file, targets] of imports) {
			const own = partOf(side, file);
			if (own === undefined) continue;
			for (const target of targets) {
				const other = partOf(side, target);
				const beside = target.startsWith(`${side}/`) && other === undefined;
				const foreign = (other !== undefined && other !== own) || beside;
				if (foreign && !(common as readonly string[]).includes(target)) offending.push(`${file}: ${target}`);
			}
		}
		expect(offending).toEqual([]);
	});

	test(`every folder in ${side} is a part, and only the list names their kinds`, async () => {
		const imports = await importsOf([side]);
		const folders = new Set([...imports.keys()].flatMap((file) => partOf(side, file) ?? []));
		expect([...folders].sort()).toEqual(program.parts.map(({ name }) => name).sort());
		const kinds = [...folders].map((folder) => `${side}/${folder}/part.ts`);
		for (const [file, targets] of imports) {
			if (file === list) expect(targets).toEqual(expect.arrayContaining(kinds));
			else expect(targets.filter((target) => kinds.includes(target))).toEqual([]);
		}
	});

	test(`each condition in ${side} has a code of its own that begins with its part's name`, () => {
		const codes = program.parts.flatMap(({ conditions = [] }) => conditions.map(({ code }) => code));
		expect(new Set(codes).size).toBe(codes.length);
		for (const { name, conditions = [] } of program.parts) {
			for (const { code } of conditions) expect(code).toMatch(new RegExp(`^${name}\\.[a-z]+(_[a-z]+)*$`));
		}
	});
}

test("when homes change, mail has its way before a home counts as here, and that before mail moves", () => {
	const places = ["homes", "recipients", "routes", "pulse", "queue"].map((name) =>
		relay.parts.findIndex((part) => part.name === name),
	);
	expect(places).toEqual([...places].sort((a, b) => a - b));
	expect(places).not.toContain(-1);
});

test("no files import each other in a circle, not even for their types", async () => {
	expect(circlesIn(await importsOf(["agent", "relay-side", "shared"]))).toEqual([]);
});

test("a circle is found, be it of two files or of more", () => {
	const imports = new Map([
		["a", ["b"]],
		["b", ["c", "d"]],
		["c", ["a"]],
		["d", ["e"]],
		["e", []],
	]);
	expect(circlesIn(imports)).toEqual([["a", "b", "c"]]);
});
