import type { RunCommand } from "../command.ts";
import type { Firewall, OpenPort } from "./port.ts";

/**
 * ufw(8), where it is active; what goes out is open unless its default says otherwise. The first rule that a packet meets decides:
 * one that lets it in behind one that does not is of no use.
 */
export async function ufw(run: RunCommand, ports: readonly OpenPort[]): Promise<Firewall | undefined> {
	const said = await run("ufw", ["status", "verbose"]).catch(() => "");
	if (!/^Status: active$/m.test(said)) return undefined;
	const by = (way: string) => new RegExp(`^Default:.*?(\\w+) \\(${way}\\)`, "m").exec(said)?.[1];
	const open = { in: by("incoming") === "allow", out: (by("outgoing") ?? "allow") === "allow" };
	const rules = said.split("\n").flatMap(ruleIn);
	const opens = ports.flatMap((port) => {
		const way = port.out ? "out" : "in";
		const concerned = rules.filter((rule) => rule.way === way && isOf(rule, port));
		const first = concerned.find(({ family }) => family === "ipv4");
		const firstOfIpv6 = concerned.find(({ family }) => family === "ipv6");
		if ((first?.lets ?? open[way]) && firstOfIpv6?.lets !== false) return [];
		const closed = concerned.some(({ lets }) => !lets);
		// One that is there already would stay where it is.
		const stands = concerned.some(({ lets, on }) => lets && on === port.on);
		return [...(closed && stands ? [rule(port, "delete")] : []), rule(port, ...(closed ? ["prepend"] : []))];
	});
	return { name: "ufw", opens };
}

/** A line about what comes from everywhere, or goes to everywhere. */
interface Rule {
	way: "in" | "out";
	lets: boolean;
	family: "ipv4" | "ipv6";
	/** Undefined for all of them. */
	ports: string | undefined;
	protocol: string | undefined;
	on: string | undefined;
}

/** Reads a line of `ufw status verbose`. */
function ruleIn(line: string): Rule[] {
	const [, to = "", act, way, from = ""] =
		/^(\S.*?)\s{2,}(ALLOW|LIMIT|DENY|REJECT) (IN|OUT)\s+(.*?)\s*(?:#.*)?$/.exec(line) ?? [];
	const where = /^(?:Anywhere|([\d,:]+)(?:\/(tcp|udp))?)(?: \((?!v6)[^)]*\))?( \(v6\))?(?: on (\S+))?$/.exec(
		to,
	);
	const whence = /^Anywhere(?: \(v6\))?(?: on (\S+))?(?:\s+\((?!v6)[^)]*\))?$/.exec(from);
	if (!where || !whence) return [];
	const [, ports, protocol, v6, into] = where;
	return [
		{
			way: way === "OUT" ? "out" : "in",
			lets: act === "ALLOW" || act === "LIMIT",
			family: v6 ? "ipv6" : "ipv4",
			...{ ports, protocol, on: into ?? whence[1] },
		},
	];
}

/** Whether the port's packets meet the rule: all of them one that lets them in, some of them one that does not. */
function isOf({ ports, protocol, on, lets }: Rule, port: OpenPort): boolean {
	if (protocol !== undefined && protocol !== port.protocol) return false;
	if (on !== undefined && on !== port.on && (lets || port.on !== undefined)) return false;
	if (ports === undefined) return true;
	return ports.split(",").some((some) => {
		const [first = "", last = first] = some.split(":");
		return Number(first) <= port.port && port.port <= Number(last);
	});
}

/** The command that makes the rule for a port, or takes it away. */
function rule({ protocol, port, on, out }: OpenPort, ...order: string[]): string[] {
	const begin = ["ufw", ...order, "allow"];
	if (on === undefined) return [...begin, ...(out ? ["out"] : []), `${port}/${protocol}`];
	return [...begin, out ? "out" : "in", "on", on, "to", "any", "port", `${port}`, "proto", protocol];
}
