import { z } from "zod";
import type { RunCommand } from "../command.ts";
import { readJsonList } from "../json-list.ts";
import { type Firewall, type OpenPort, portText } from "./port.ts";

const routeSchema = z.looseObject({ dev: z.string() });

/**
 * firewalld(1), where it runs; it lets everything out. Its zones know no port of one interface, and a new zone takes a reload,
 * which loses what its owner has set for the moment: the tunnel's goes into one that lets nothing in and that nobody uses,
 * unless its owner has given it a zone.
 */
export async function firewalld(run: RunCommand, ports: readonly OpenPort[]): Promise<Firewall | undefined> {
	const said = await run("firewall-cmd", ["--state"]).catch(() => "");
	if (said.trim() !== "running") return undefined;
	// Each call starts a Python, which takes a small machine half a second: each is made once, for all ports together.
	const incoming = ports.filter(({ out }) => !out);
	const devices = [...new Set(incoming.flatMap(({ on }) => on ?? []))];
	const zones = new Map<string | undefined, Promise<string[][]>>(
		devices.map((device) => [device, innerZone(run, device).then((zone) => [zone])]),
	);
	zones.set(undefined, outerZones(run));
	const wanted: string[][] = [];
	for (const port of incoming) {
		// Through the tunnel's zone, too, comes what may come from everywhere: homes hand over their mail there.
		const through = port.on === undefined ? [undefined, ...devices] : [port.on];
		for (const on of through) {
			for (const zone of await zones.get(on)!) wanted.push([...zone, "port", portText(port)]);
		}
	}
	for (const device of devices) {
		for (const zone of await zones.get(device)!) wanted.push([...zone, "interface", device]);
	}
	const has = new Map<string, Promise<string>>();
	const opens: string[][] = [];
	for (const one of new Map(wanted.map((some) => [some.join(" "), some])).values()) {
		const [kind, what] = one.slice(-2);
		const zone = one.slice(0, -2);
		for (const lasting of [[], ["--permanent"]]) {
			const list = [...lasting, ...zone, `--list-${kind}s`];
			const said = has.get(list.join(" ")) ?? run("firewall-cmd", list).catch(() => "");
			has.set(list.join(" "), said);
			if (!(await said).trim().split(/\s+/).includes(what!))
				opens.push(["firewall-cmd", ...lasting, ...zone, `--add-${kind}=${what}`]);
		}
	}
	return { name: "firewalld", opens };
}

/** Zones that come with firewalld and let in only what was added to them (firewalld.zones(5)). */
const closed = ["block", "drop"];

/** The zone of the tunnel: its owner's, or one of the closed ones that nothing else is in; else one that trusts it as a whole. */
async function innerZone(run: RunCommand, device: string): Promise<string[]> {
	const zone = await zoneOf(run, device);
	if (zone !== undefined) return [`--zone=${zone}`];
	const inUse = await Promise.all(
		["--get-active-zones", "--get-default-zone"].map((ask) => run("firewall-cmd", [ask]).catch(() => "")),
	);
	// Each zone begins a line, and what is in it stands indented below.
	const used = new Set(inUse.join("\n").match(/^[\w-]+/gm));
	return [`--zone=${closed.find((one) => !used.has(one)) ?? "trusted"}`];
}

/** The zones, as options, of the interfaces that lead out; no option is the default zone. */
async function outerZones(run: RunCommand): Promise<string[][]> {
	const texts = await Promise.all(
		["-4", "-6"].map((family) => run("ip", ["-j", family, "route", "show", "default"]).catch(() => "[]")),
	);
	const devices = new Set(texts.flatMap((text) => readJsonList(text, routeSchema).map(({ dev }) => dev)));
	const zones = new Set(await Promise.all([...devices].map((device) => zoneOf(run, device))));
	return zones.size === 0 ? [[]] : [...zones].map((zone) => (zone === undefined ? [] : [`--zone=${zone}`]));
}

/** The zone that an interface was given; undefined for the default one. */
async function zoneOf(run: RunCommand, device: string): Promise<string | undefined> {
	const said = await run("firewall-cmd", [`--get-zone-of-interface=${device}`]).catch(() => "");
	return /^[\w-]+$/.test(said.trim()) ? said.trim() : undefined;
}
