import { z } from "zod";
import type { RunCommand } from "../../shared/command.ts";

/** A port that must be reachable from the internet. */
export interface OpenPort {
	protocol: "tcp" | "udp";
	port: number;
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
	const open = (port: OpenPort) => new RegExp(`^${named(port)}\\s+ALLOW\\s+Anywhere`, "m").test(said);
	return {
		name: "ufw",
		opens: ports.filter((port) => !open(port)).map((port) => ["ufw", "allow", named(port)]),
	};
}

async function firewalld(run: RunCommand, ports: readonly OpenPort[]): Promise<Firewall | undefined> {
	const said = await run("firewall-cmd", ["--state"]).catch(() => "");
	if (said.trim() !== "running") return undefined;
	const opens: string[][] = [];
	for (const port of ports) {
		for (const lasting of [[], ["--permanent"]]) {
			const query = ["firewall-cmd", ...lasting, `--query-port=${named(port)}`];
			const open = await run(query[0]!, query.slice(1)).then(
				(text) => text.trim() === "yes",
				() => false,
			);
			if (!open) opens.push(["firewall-cmd", ...lasting, `--add-port=${named(port)}`]);
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
const comment = (port: OpenPort) => `heimweg ${named(port)}`;

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
			const lines = ports
				.filter((port) => !there(port))
				.map((port) => `${port.protocol} dport ${port.port} accept comment "${comment(port)}"`);
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
