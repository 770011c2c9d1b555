import { z } from "zod";
import type { RunCommand } from "./command.ts";

/** A port that must be reachable: from everywhere, or through one interface alone. */
export interface OpenPort {
	protocol: "tcp" | "udp";
	port: number;
	on?: string | undefined;
}

/** What filters what comes in, and what opens ports in it. */
export interface Firewall {
	/** As people know it. */
	name: string;
	/** The command lines that open the ports that are not open yet; each may be run again. */
	opens: ReadonlyArray<readonly string[]>;
	/** True when they hold for the moment, and a line in this file makes them last. */
	lasts?: { file: string; lines: readonly string[] };
}

/** The firewalls that run here, with what is still to be opened; what filters before this machine is not seen. */
export async function firewalls(run: RunCommand, ports: readonly OpenPort[]): Promise<Firewall[]> {
	const found = await Promise.all([ufw(run, ports), firewalld(run, ports)]);
	const managed = found.filter((one) => one !== undefined);
	// Both of them keep nftables' rules, which are then not to be touched.
	return managed.length > 0 ? managed : nftables(run, ports);
}

const named = ({ protocol, port }: OpenPort) => `${port}/${protocol}`;

async function ufw(run: RunCommand, ports: readonly OpenPort[]): Promise<Firewall | undefined> {
	const said = await run("ufw", ["status"]).catch(() => "");
	if (!/^Status: active$/m.test(said)) return undefined;
	const open = (port: OpenPort) => {
		const where = port.on === undefined ? "" : ` on ${port.on}`;
		return new RegExp(`^${named(port)}${where}\\s+ALLOW\\s`, "m").test(said);
	};
	const opens = (port: OpenPort) =>
		port.on === undefined
			? ["ufw", "allow", named(port)]
			: ["ufw", "allow", "in", "on", port.on, "to", "any", "port", `${port.port}`, "proto", port.protocol];
	return { name: "ufw", opens: ports.filter((port) => !open(port)).map(opens) };
}

/** Its zones know no port of one interface: the tunnel's, on which our guard stands, is trusted as a whole. */
async function firewalld(run: RunCommand, ports: readonly OpenPort[]): Promise<Firewall | undefined> {
	const said = await run("firewall-cmd", ["--state"]).catch(() => "");
	if (said.trim() !== "running") return undefined;
	const wanted = ports.map(({ on, ...port }) =>
		on === undefined ? ["port", named(port)] : ["interface", on, "--zone=trusted"],
	);
	const opens: string[][] = [];
	for (const [kind = "", what = "", ...zone] of new Map(wanted.map((one) => [one.join(), one])).values()) {
		for (const lasting of [[], ["--permanent"]]) {
			const query = [...lasting, ...zone, `--query-${kind}=${what}`];
			const open = await run("firewall-cmd", query).then(
				(text) => text.trim() === "yes",
				() => false,
			);
			if (!open) opens.push(["firewall-cmd", ...lasting, ...zone, `--add-${kind}=${what}`]);
		}
	}
	return { name: "firewalld", opens };
}

const chainSchema = z.object({
	chain: z.object({
		family: z.enum(["ip", "ip6", "inet"]),
		table: z.string(),
		name: z.string(),
		hook: z.literal("input"),
		policy: z.literal("drop"),
	}),
});

const ruleSchema = z.object({
	rule: z.object({ family: z.string(), table: z.string(), chain: z.string(), comment: z.string() }),
});

/** How a rule of ours is known again. */
const comment = (port: OpenPort) => `heimweg ${named(port)}${port.on === undefined ? "" : ` on ${port.on}`}`;

function ruleFor(port: OpenPort): string {
	const where = port.on === undefined ? "" : `iifname "${port.on}" `;
	return `${where}${port.protocol} dport ${port.port} accept comment "${comment(port)}"`;
}

/** Chains of nftables that drop whatever no rule lets in; nobody can tell from outside what others let in. */
async function nftables(run: RunCommand, ports: readonly OpenPort[]): Promise<Firewall[]> {
	const listed = await run("nft", ["-j", "list", "ruleset"]).catch(() => "");
	const objects = listOf(listed);
	const rules = objects.flatMap((one) => ruleSchema.safeParse(one).data?.rule ?? []);
	const chains = objects.flatMap((one) => chainSchema.safeParse(one).data?.chain ?? []);
	return chains
		.filter(({ table }) => table !== "heimweg")
		.map(({ family, table, name }) => {
			const there = (port: OpenPort) =>
				rules.some(
					(rule) =>
						rule.family === family &&
						rule.table === table &&
						rule.chain === name &&
						rule.comment === comment(port),
				);
			const lines = ports.filter((port) => !there(port)).map(ruleFor);
			return {
				name: `nftables (${family} ${table}, ${name})`,
				// nft(8) joins its arguments with spaces.
				opens: lines.map((line) => ["nft", "insert", "rule", family, table, name, line]),
				lasts: { file: "/etc/nftables.conf", lines },
			};
		});
}

function listOf(text: string): unknown[] {
	try {
		const parsed = z.object({ nftables: z.array(z.unknown()) }).safeParse(JSON.parse(text));
		return parsed.data?.nftables ?? [];
	} catch {
		return [];
	}
}
