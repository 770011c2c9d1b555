import type { RunCommand } from "../command.ts";
import { type Firewall, type OpenPort, portText } from "./port.ts";

/** ufw(8), where it is active; what goes out is open unless its default says otherwise. */
export async function ufw(run: RunCommand, ports: readonly OpenPort[]): Promise<Firewall | undefined> {
	const said = await run("ufw", ["status", "verbose"]).catch(() => "");
	if (!/^Status: active$/m.test(said)) return undefined;
	const by = (way: string) => new RegExp(`^Default:.*?(\\w+) \\(${way}\\)`, "m").exec(said)?.[1];
	const closed = { in: by("incoming") !== "allow", out: (by("outgoing") ?? "allow") !== "allow" };
	const rules = said.split("\n").flatMap(ruleIn);
	const missing = ports.filter((port) => {
		const way = port.out ? "out" : "in";
		return closed[way] && !rules.some((rule) => rule.way === way && lets(rule, port));
	});
	return { name: "ufw", opens: missing.map(opening) };
}

/** A line that lets something through from everywhere, or to everywhere. */
interface Rule {
	way: "in" | "out";
	ports: string;
	protocol: string | undefined;
	on: string | undefined;
}

/** Reads a line of `ufw status verbose`; those of IPv6 say the same again. */
function ruleIn(line: string): Rule[] {
	const [, to = "", way, from = ""] =
		/^(\S.*?)\s{2,}(?:ALLOW|LIMIT) (IN|OUT)\s+(.*?)\s*(?:#.*)?$/.exec(line) ?? [];
	const where = /^([\d,:]+)(?:\/(tcp|udp))?(?: \((?!v6)[^)]*\))?(?: on (\S+))?$/.exec(to);
	const whence = /^Anywhere(?: on (\S+))?(?:\s+\((?!v6)[^)]*\))?$/.exec(from);
	if (!where || !whence) return [];
	const [, ports = "", protocol, into] = where;
	return [{ way: way === "OUT" ? "out" : "in", ports, protocol, on: into ?? whence[1] }];
}

function lets({ ports, protocol, on }: Rule, port: OpenPort): boolean {
	if ((protocol !== undefined && protocol !== port.protocol) || (on !== undefined && on !== port.on))
		return false;
	return ports.split(",").some((some) => {
		const [first = "", last = first] = some.split(":");
		return Number(first) <= port.port && port.port <= Number(last);
	});
}

function opening(port: OpenPort): string[] {
	const { on, out } = port;
	if (on === undefined) return ["ufw", "allow", ...(out ? ["out"] : []), portText(port)];
	const target = ["to", "any", "port", `${port.port}`, "proto", port.protocol];
	return ["ufw", "allow", out ? "out" : "in", "on", on, ...target];
}
