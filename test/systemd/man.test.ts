import { expect, test } from "vitest";
import type { z } from "zod";
import { agent } from "../../agent/agent.ts";
import { homeParser } from "../../relay-side/homes/home.ts";
import { relay } from "../../relay-side/relay.ts";
import { parseCidr } from "../../shared/address.ts";
import { configSchema } from "../../shared/program-kind.ts";
import { commandTree } from "../../systemd/package/commands.ts";
import { completion } from "../../systemd/package/completion.ts";
import { agentKeys, type ConfigKey, homeKeys, relayKeys } from "../../systemd/package/config-keys.ts";
import { configPage } from "../../systemd/package/config-page.ts";
import { programPage } from "../../systemd/package/man.ts";

const edition = { version: "1.2.3", epoch: 1_790_000_000 };

/** The keys that a schema reads, each with its default, if that is one word. */
function keysOf(schema: z.ZodType, path = "", fallback?: unknown): Array<[key: string, fallback: unknown]> {
	const { def } = schema._zod as unknown as {
		def: {
			type: string;
			shape?: Record<string, z.ZodType>;
			element?: z.ZodType;
			innerType?: z.ZodType;
			in?: z.ZodType;
			out?: z.ZodType;
			defaultValue?: unknown;
		};
	};
	if (def.shape) {
		const below = (key: string) => (path ? `${path}.${key}` : key);
		return Object.entries(def.shape).flatMap(([key, field]) => keysOf(field, below(key)));
	}
	if (def.type === "pipe")
		return keysOf((def.in!._zod.def.type === "transform" ? def.out : def.in)!, path, fallback);
	if (def.innerType) return keysOf(def.innerType, path, def.type === "default" ? def.defaultValue : fallback);
	if (def.element?._zod.def.type === "object") return keysOf(def.element, path);
	return [[path, fallback]];
}

test.each([
	["heimweg.toml", agentKeys, () => configSchema(agent)],
	["relay.toml", relayKeys, () => configSchema(relay)],
] as const)("%s(5) tells every key that is read, no other, and its default", (file, told, schema) => {
	const read = keysOf(schema());
	expect(told.map(({ key }) => key).sort()).toEqual(read.map(([key]) => key).sort());
	const page = configPage(file, edition);
	for (const [key, fallback] of read) {
		const one = told.find((known) => known.key === key)!;
		if (["string", "number", "boolean"].includes(typeof fallback) && !one.fallback.startsWith("deSEC"))
			expect(one).toMatchObject({ key, fallback: String(fallback) } satisfies Partial<ConfigKey>);
		expect(page).toContain(`\\fB${key.replaceAll("-", "\\-")}\\fR`);
	}
});

test("relay.toml(5) tells every key of a home's file", () => {
	const page = configPage("relay.toml", edition);
	for (const { key } of homeKeys) expect(page).toContain(`\\fB${key}\\fR`);
	const more = Object.assign({}, ...relay.parts.map(({ homeFile }) => homeFile ?? {}));
	const parse = homeParser({ networks: [parseCidr("10.86.0.0/24")!], relayAddresses: [], more });
	const file = parse("anna.toml", homeKeys.map(({ key }) => `${key} = 1`).join("\n"));
	const problems = "problems" in file ? file.problems.join("\n") : "";
	expect(problems).toContain("domains");
	expect(problems).not.toContain("is not known");
	const ofParts = relay.parts.flatMap(({ homeFile }) => Object.keys(homeFile ?? {}));
	expect(homeKeys.map(({ key }) => key)).toEqual(expect.arrayContaining(ofParts));
});

test.each(["heimweg", "heimweg-relay"] as const)(
	"%s(8) tells every command, option and file that --help tells",
	(name) => {
		const tree = commandTree(name);
		const page = programPage(name, edition).replaceAll("\\-", "-").replaceAll("\\&", "");
		expect(tree.commands.map((command) => command.name)).toEqual(
			expect.arrayContaining(["run", "status", "postfix"]),
		);
		expect(tree.commands.map((command) => command.name)).not.toContain("notify");
		for (const command of tree.commands) {
			expect(page).toContain(`\\fB${command.name}\\fR`);
			for (const { flags } of command.options) expect(page).toContain(`\\fB${flags}\\fR`);
		}
		for (const line of [".SH EXIT STATUS", ".SH FILES", ".B SIGHUP", `/etc/${name}/wireguard.key`])
			expect(page).toContain(line);
	},
);

test.each(["heimweg", "heimweg-relay"] as const)(
	"%s has bash complete every command and long option",
	(name) => {
		const text = completion(name);
		for (const command of commandTree(name).commands) {
			const line = text.split("\n").find((one) => one.startsWith(`\t${command.name.split(" ")[0]})`))!;
			for (const { long } of command.options) expect(line).toContain(` ${long}`.trim());
		}
	},
);
