import { z } from "zod";
import type { RunCommand } from "../command.ts";
import { readJsonList } from "../json-list.ts";
import { type Firewall, type OpenPort, portText } from "./port.ts";

const routeSchema = z.looseObject({ dev: z.string() });

/**
 * firewalld(1), where it runs; it lets everything out. Its zones know no port of one interface: the tunnel's, on which our guard
 * stands, is trusted as a whole, unless its owner has given it a zone.
 */
export async function firewalld(run: RunCommand, ports: readonly OpenPort[]): Promise<Firewall | undefined> {
	const said = await run("firewall-cmd", ["--state"]).catch(() => "");
	if (said.trim() !== "running") return undefined;
	const incoming = ports.filter(({ out }) => !out);
	const outer = await outerZones(run);
	const wanted: string[][] = [];
	for (const port of incoming) {
		if (port.on === undefined) for (const zone of outer) wanted.push([...zone, "port", portText(port)]);
		else {
			const zone = await zoneOf(run, port.on);
			if (zone === "trusted" || zone === undefined) wanted.push(["--zone=trusted", "interface", port.on]);
			else wanted.push([`--zone=${zone}`, "port", portText(port)]);
		}
	}
	const opens: string[][] = [];
	for (const one of new Map(wanted.map((some) => [some.join(" "), some])).values()) {
		const [kind, what] = one.slice(-2);
		const zone = one.slice(0, -2);
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
