import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CommandError, type RunCommand } from "../../shared/command.ts";
import { memoryTunnel } from "../shared/memory-tunnel.ts";
import type { Random } from "../shared/random.ts";
import { pick } from "./mutate.ts";

/** What `wg` shows as the endpoint of a home that plays with its packets; port 0 is what source port 0 makes. */
const oddEndpoints = ["198.51.100.66:0", "[2001:db8::66]:0", "203.0.113.66:4500", "(none)", "?", "1:2:3"];

/** A relay's machine in memory: the programs that its daemon runs, with the peers and the maps that they keep. */
export function relayMachine(options: {
	/** Postfix's queue directory. */
	queue: string;
	maps: string;
	random: Random;
	/** Where WireGuard sees who behaves, by public key; everybody else is seen at something odd, at another each time. */
	endpoints: ReadonlyMap<string, string>;
}) {
	const { links, run: model } = memoryTunnel();
	let table: string | undefined;

	async function wg(args: readonly string[]): Promise<string> {
		const text = await model("wg", args);
		if (args[0] !== "show") return text;
		const at = args[2] === "dump" ? 2 : 1;
		const lines = text.split("\n").map((line) => {
			const fields = line.split("\t");
			if (args[2] === "dump" && fields.length < 8) return line;
			const endpoint = options.endpoints.get(fields[0]!) ?? pick(options.random, oddEndpoints);
			return fields.with(at, endpoint).join("\t");
		});
		return lines.join("\n");
	}

	async function nft(args: readonly string[]): Promise<string> {
		if (args[0] === "list" && table === undefined)
			throw new CommandError("nft", "none", { stderr: "Error: No such file or directory" });
		if (args[0] !== "list") table = 'table inet heimweg { comment "made by heimweg" }';
		return table ?? "";
	}

	/** postmap(1) on maps that are files of JSON. */
	async function postmap(args: readonly string[], input = ""): Promise<string> {
		const path = args.at(-1)!.replace(/^lmdb:/, "");
		const file = `${path}.lmdb`;
		/** Never seen in the middle. */
		const write = async (entries: ReadonlyMap<string, string>) => {
			await writeFile(`${file}.draft`, JSON.stringify([...entries]));
			await rename(`${file}.draft`, file);
		};
		if (args.length === 1) {
			await write(new Map(entriesOf(await readFile(path, "utf8"))));
			return "";
		}
		const entries = await readMap(file);
		const lines = input.split("\n").filter(Boolean);
		const shown = ([key, value]: readonly [string, string]) => `${key}\t${value}`;
		if (args[0] === "-s") return [...entries].map(shown).join("\n");
		if (args[0] === "-q")
			return [...entries]
				.filter(([key]) => lines.includes(key))
				.map(shown)
				.join("\n");
		if (args[0] === "-d") for (const key of lines) entries.delete(key);
		else for (const [key, value] of entriesOf(input)) entries.set(key, value);
		await write(entries);
		return "";
	}

	const run: RunCommand = async (command, args, { input, onLine } = {}) => {
		if (command === "nft") return nft(args);
		if (command === "wg") return wg(args);
		if (command === "ip" && args.includes("route")) return "[]";
		if (command === "ip") return model(command, args, input === undefined ? {} : { input });
		if (command === "postconf" && args.includes("default_database_type")) return "lmdb";
		if (command === "postconf" && args.includes("queue_directory")) return options.queue;
		if (command !== "postmap") return "";
		const text = await postmap(args, input);
		if (!onLine) return text;
		for (const line of text.split("\n").filter(Boolean)) onLine(line);
		return "";
	};

	return {
		run,
		/** What of peers and maps must not be moved by others, by a name for each. */
		async state(): Promise<Record<string, string>> {
			const state: Record<string, string> = {};
			for (const [key, { allowed, presharedKey, born }] of links.get("hw0")?.device?.peers ?? []) {
				state[`peer ${key}`] = JSON.stringify({ allowed, presharedKey });
				state[`session ${key}`] = String(born);
			}
			for (const map of ["transport", "relay_domains", "relay_recipients"])
				for (const [key, value] of await readMap(join(options.maps, `${map}.lmdb`)))
					state[`${map} ${key}`] = value;
			return state;
		},
	};
}

function entriesOf(text: string): Array<[string, string]> {
	return text
		.split("\n")
		.filter(Boolean)
		.map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]);
}

async function readMap(file: string): Promise<Map<string, string>> {
	const text = await readFile(file, "utf8").catch(() => "[]");
	return new Map(JSON.parse(text) as Array<[string, string]>);
}
