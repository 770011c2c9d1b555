import { type DnsConfig, dnsShape } from "../../../agent/dns/config.ts";
import { mailDomain, type Truth } from "../../../agent/dns/mail-domains.ts";
import { parseAddress } from "../../../shared/address.ts";
import type { ZoneMemory } from "../../../shared/dns/plan/applied.ts";
import type { ZoneContent } from "../../../shared/dns/plan/plan.ts";
import { createDesec } from "../../../shared/dns/providers/desec/provider.ts";
import type { WantedRRset } from "../../../shared/dns/wanted/address.ts";
import { wishesOf } from "../../../shared/dns/wanted/all.ts";
import { dnsCommands } from "../../../shared/dns/zones/commands.ts";
import type { AskedPlan, ShownApply, ShownPlan } from "../../../shared/dns/zones/protocol.ts";
import { createZones, type Zones } from "../../../shared/dns/zones/zones.ts";
import { TOKEN } from "../../desec/asking.ts";
import { type StandIn, type StandInOptions, startStandIn } from "../../desec/stand-in.ts";
import { logLines } from "../log-lines.ts";

/** The records of a mail domain at a stand-in for deSEC, asked for as the command line does. */
export interface ZonesScene {
	desec: StandIn;
	zones: Zones;
	truth: Truth;
	/** What the name servers were asked for. */
	watched: WantedRRset[][];
	snapshots: ZoneContent[];
	plan(asked?: Partial<AskedPlan>): Promise<ShownPlan>;
	/** Applies what the plan says now. */
	apply(asked?: Partial<AskedPlan>): Promise<ShownApply>;
	command(name: string, argument: unknown): Promise<unknown>;
	/** RRsets as `subname TYPE record | record`, sorted; NS is left out. */
	shown(): string[];
	/** Somebody else sets an RRset; no records: deletes it. */
	put(subname: string, type: string, ...records: string[]): Promise<void>;
	/** Requests since the last call, as `GET`, `PATCH`, `POST`. */
	requests(): string[];
	/** Moves deSEC's clock and ours, so that no limit is in the way. */
	later(): void;
	end(): Promise<void>;
}

export const relayTruth = {
	name: "relay.example.net",
	addresses: ["203.0.113.10", "2001:db8:1::10"].map(parseAddress),
	forward: ["203.0.113.10", "2001:db8:1::10"].map(parseAddress),
};

export const rsaKey = {
	...{ domain: "example.org", selector: "home", type: "rsa" as const, bits: 2048 },
	...{ publicKey: `MIIB${"A".repeat(388)}`, source: "/etc/opendkim/keys/home.private" },
};

/** All of `[dns.mail]` that a domain without surprises has. */
export const usualMail = {
	services: ["imaps", "submissions"],
	dmarc: { policy: "quarantine", reports: ["postmaster@example.org"] },
	tls_reports: ["mailto:postmaster@example.org"],
};

export async function zonesScene(
	options: { mail?: object; names?: string[]; desec?: Partial<StandInOptions>; truth?: Partial<Truth> } = {},
): Promise<ZonesScene> {
	let time = 0;
	const clock = () => Date.now() + time;
	const desec = await startStandIn({
		clock,
		domains: [
			{ name: "example.org", rrsets: [{ subname: "", type: "NS", ttl: 3600, records: ["ns1.desec.test."] }] },
		],
		tokens: [{ secret: TOKEN }],
		...options.desec,
	});
	const config = dnsShape.dns.parse({
		names: options.names ?? ["mail.example.org"],
		mail: options.mail ?? usualMail,
	}) as DnsConfig;
	const truth: Truth = {
		...{
			relay: relayTruth,
			keys: [rsaKey],
			ports: [465, 993],
			homeAddresses: [parseAddress("198.51.100.7")],
		},
		...options.truth,
	};
	const { log } = logLines();
	const provider = await createDesec({
		...{
			api: desec.url,
			update: desec.updateUrl,
			userAgent: "heimweg/test",
			now: () => performance.now() + time,
		},
		token: async () => TOKEN,
		memory: { read: async () => undefined, write: async () => {}, stop: () => {} },
		...{ clock, onWritten: () => {}, onUncertain: () => {} },
	});
	let memory: Record<string, ZoneMemory> = {};
	const snapshots: ZoneContent[] = [];
	const watched: WantedRRset[][] = [];
	const mail = (domain: string, zone: string) => mailDomain(domain, zone, config, truth);
	const zones = createZones({
		...{ provider: async () => provider, subjects: () => ["example.org"], command: "heimweg dns" },
		wishes: (domain, zone) => wishesOf(mail(domain, zone)),
		snapshot: async (content) => void snapshots.push(structuredClone(content)),
		memory: {
			read: () => memory,
			write: async (all) => {
				memory = structuredClone(all);
			},
		},
	});
	const commands = dnsCommands({
		...{
			program: "heimweg",
			zones,
			log,
			snapshot: () => undefined,
			onSettled: () => {},
			onApplied: () => {},
			onBehind: () => {},
		},
		addressRRsets: () => config.names.map((name) => ({ name, type: "A" })),
		policies: provider.policies,
		visible: async (_, wanted) => {
			watched.push([...wanted]);
			return 1;
		},
	});
	// Which zone holds the domain is known once anything was asked.
	await zones.names(AbortSignal.timeout(10_000));
	let seen = desec.requests.length;
	const command: ZonesScene["command"] = async (name, argument) =>
		JSON.parse(await commands[name]!(typeof argument === "string" ? argument : JSON.stringify(argument)));
	const ask = ({ take = [], undo = false }: Partial<AskedPlan>) => ({ take, undo });
	const scene: ZonesScene = {
		...{ desec, zones, truth, watched, snapshots, command },
		async plan(asked = {}) {
			return ((await command("dns-plan", ask(asked))) as ShownPlan[])[0]!;
		},
		async apply(asked = {}) {
			const { zone, digest } = await scene.plan(asked);
			const order = { ...ask(asked), agreed: { [zone]: digest } };
			return ((await command("dns-apply", order)) as ShownApply[])[0]!;
		},
		shown: () =>
			desec
				.rrsets("example.org")
				.filter(({ type }) => type !== "NS")
				.map(({ subname, type, records }) => `${subname || "@"} ${type} ${records.join(" | ")}`)
				.sort(),
		put: (subname, type, ...records) => desec.edit("example.org", { subname, type, ttl: 3600, records }),
		requests() {
			const fresh = desec.requests.slice(seen).map(({ method }) => method);
			seen = desec.requests.length;
			return fresh;
		},
		later() {
			time += 3_600_000;
		},
		end: () => desec.stop(),
	};
	return scene;
}
