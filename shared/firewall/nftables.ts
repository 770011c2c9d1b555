import { z } from "zod";
import type { RunCommand } from "../command.ts";
import { type Firewall, type OpenPort, portText } from "./port.ts";

const chainSchema = z.object({
	chain: z.object({
		family: z.enum(["ip", "ip6", "inet"]),
		table: z.string(),
		name: z.string(),
		hook: z.enum(["input", "output"]),
		policy: z.enum(["accept", "drop"]),
	}),
});
type Chain = z.infer<typeof chainSchema>["chain"];

const ruleSchema = z.object({
	rule: z.object({
		family: z.string(),
		table: z.string(),
		chain: z.string(),
		comment: z.string().optional(),
		expr: z.array(z.looseObject({})).catch([]),
	}),
});
type Rule = z.infer<typeof ruleSchema>["rule"];

/** Chains of nftables that drop whatever no rule lets through; nobody can tell from outside what others let through. */
export async function nftables(
	run: RunCommand,
	ports: readonly OpenPort[],
	kept: (chain: Pick<Chain, "family" | "table">) => boolean,
): Promise<Firewall[]> {
	const objects = listOf(await run("nft", ["-j", "list", "ruleset"]).catch(() => ""));
	const rules = objects.flatMap((one) => ruleSchema.safeParse(one).data?.rule ?? []);
	const chains = objects.flatMap((one) => chainSchema.safeParse(one).data?.chain ?? []);
	const found: Firewall[] = [];
	for (const chain of chains) {
		if (chain.table === "heimweg" || kept(chain)) continue;
		const own = rules.filter((rule) => isIn(rule, chain));
		if (chain.policy === "accept" && !dropsAll(own.at(-1))) continue;
		const concerned = ports.filter(({ out = false }) => out === (chain.hook === "output"));
		const one = isOfIptables(chain)
			? await iptablesChain(run, chain, concerned)
			: nftChain(chain, own, concerned);
		// What lets everything out that we need was opened by us, or is nobody's concern.
		if (chain.hook === "input" || one.opens.length > 0) found.push(one);
	}
	return found;
}

function isIn(rule: Rule, chain: Chain): boolean {
	return rule.family === chain.family && rule.table === chain.table && rule.chain === chain.name;
}

/** Whether a rule drops all that reaches it, as the last one of a chain does whose policy says nothing. */
function dropsAll(rule: Rule | undefined): boolean {
	if (!rule || rule.expr.length === 0) return false;
	const kinds = rule.expr.map((one) => {
		const { xt } = one as { xt?: { name?: unknown } };
		return xt === undefined ? Object.keys(one)[0] : xt.name === "REJECT" ? "reject" : "other";
	});
	const ends = kinds.filter((kind) => kind !== "counter" && kind !== "log");
	return ends.length === 1 && (ends[0] === "drop" || ends[0] === "reject");
}

/** How a rule of ours is known again. */
function comment(port: OpenPort): string {
	const where = port.on === undefined ? "" : ` on ${port.on}`;
	return `heimweg ${portText(port)}${port.out ? " out" : ""}${where}`;
}

function nftChain(
	{ family, table, name }: Chain,
	rules: readonly Rule[],
	ports: readonly OpenPort[],
): Firewall {
	const lines = ports
		.filter((port) => !rules.some((rule) => rule.comment === comment(port)))
		.map((port) => {
			const { protocol, on, out } = port;
			const where = on === undefined ? "" : `${out ? "oifname" : "iifname"} "${on}" `;
			return `${where}${protocol} dport ${port.port} accept comment "${comment(port)}"`;
		});
	return {
		name: `nftables (${family} ${table}, ${name})`,
		// nft(8) joins its arguments with spaces.
		opens: lines.map((line) => ["nft", "insert", "rule", family, table, name, line]),
		lasts: { file: "/etc/nftables.conf", lines },
	};
}

/** A chain that iptables(8) made; it reads its table no more once nft(8) has put a rule into it. */
function isOfIptables({ family, table, name }: Chain): boolean {
	return family !== "inet" && table === "filter" && /^(?:INPUT|OUTPUT)$/.test(name);
}

async function iptablesChain(
	run: RunCommand,
	{ family, name }: Chain,
	ports: readonly OpenPort[],
): Promise<Firewall> {
	const command = family === "ip" ? "iptables" : "ip6tables";
	const opens: string[][] = [];
	for (const port of ports) {
		const where = port.on === undefined ? [] : [port.out ? "-o" : "-i", port.on];
		const what = [
			"-p",
			port.protocol,
			"--dport",
			`${port.port}`,
			"-m",
			"comment",
			"--comment",
			comment(port),
		];
		const rule = [...where, ...what, "-j", "ACCEPT"];
		const there = await run(command, ["-C", name, ...rule]).then(
			() => true,
			() => false,
		);
		if (!there) opens.push([command, "-I", name, ...rule]);
	}
	return {
		name: `${command} (${name})`,
		opens,
		lasts: {
			file: family === "ip" ? "/etc/iptables/rules.v4" : "/etc/iptables/rules.v6",
			lines: opens.map((argv) => restoreText(argv.slice(1))),
		},
	};
}

function listOf(text: string): unknown[] {
	try {
		const parsed = z.object({ nftables: z.array(z.unknown()) }).safeParse(JSON.parse(text));
		return parsed.data?.nftables ?? [];
	} catch {
		return [];
	}
}

/** Words as iptables-restore(8) takes them. */
function restoreText(argv: readonly string[]): string {
	return argv.map((word) => (/\s/.test(word) ? `"${word}"` : word)).join(" ");
}
