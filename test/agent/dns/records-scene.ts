import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FamilyState } from "../../../agent/address/book.ts";
import type { DnsConfig } from "../../../agent/dns/config.ts";
import { createRecords, type Records } from "../../../agent/dns/records.ts";
import { type Address, type Family, parseAddress } from "../../../shared/address.ts";
import { readSecret } from "../../../shared/config.ts";
import { budgetStateSchema } from "../../../shared/dns/providers/desec/budget.ts";
import { createDesec } from "../../../shared/dns/providers/desec/provider.ts";
import type { WantedRRset } from "../../../shared/dns/wanted/address.ts";
import { HeimwegError } from "../../../shared/errors.ts";
import { Health } from "../../../shared/health.ts";
import { savedState } from "../../../shared/saved-state.ts";
import { TOKEN } from "../../desec/asking.ts";
import { type StandIn, type StandInOptions, startStandIn } from "../../desec/stand-in.ts";
import { logLines } from "../log-lines.ts";

/** The duty `records` at a stand-in for deSEC, with addresses and a clock that a test moves. */
export interface RecordsScene {
	desec: StandIn;
	health: Health;
	lines: string[];
	/** What the zone's servers were asked for. */
	watched: string[][];
	records(): Records;
	/** Sets what is known of the families, and lets the duty run. */
	address(ipv4: string | undefined, ipv6?: string): Promise<void>;
	gone(family: Family, since: number | undefined): void;
	/** An address that is proven not to lead home. */
	refute(family: Family, address: string | undefined): void;
	/** Where the relay takes our clients. */
	relayAt(family: Family, address: string | undefined): void;
	run(): Promise<void>;
	/** The same without waiting for a good end. */
	poke(): void;
	/** Requests since the last call: `write`, `dyndns`, `read`. */
	requests(): string[];
	/** RRsets of a domain as `subname TYPE ttl records`, sorted. */
	shown(domain?: string): string[];
	/** Text of the condition that holds while runs fail. */
	trouble(): string | undefined;
	time(forward?: number): number;
	writeToken(secret: string): Promise<void>;
	restart(): Promise<void>;
	end(): Promise<void>;
}

export const aRRset = (subname: string, records: string[], ttl = 60, type = "A") => ({
	subname,
	type,
	ttl,
	records,
});

export async function recordsScene(
	names: string[],
	options: Partial<StandInOptions> & { publish?: never; via?: DnsConfig["via"] } = {},
): Promise<RecordsScene> {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-records-"));
	const tokenFile = join(folder, "token");
	let time = 1_000_000;
	/** deSEC's clock and ours, which a test moves on together. */
	const clock = () => Date.now() + time;
	const desec = await startStandIn({
		clock,
		domains: [{ name: "example.org" }],
		tokens: [{ secret: TOKEN }],
		front: true,
		...options,
	});
	const { log, lines } = logLines();
	const health = new Health(log);
	const watched: string[][] = [];
	const states: Record<Family, FamilyState> = {
		4: { address: undefined, goneSince: undefined },
		6: { address: undefined, goneSince: undefined },
	};
	const refuted = new Map<Family, string>();
	const way = new Map<Family, Address | "gone">();
	let seen = 0;
	let records = make();

	function make(): Records {
		return createRecords({
			config: {
				names,
				publish: ["A", "AAAA"],
				via: options.via,
				token_file: tokenFile,
				also_public: [],
				api: desec.url,
				update: desec.updateUrl,
				check: "17 */6 * * *",
			},
			provider: (events) =>
				createDesec({
					...{
						api: desec.url,
						update: desec.updateUrl,
						userAgent: "heimweg/test",
						timeout: 2_000,
						...events,
					},
					token: () => readSecret("dns.token_file", tokenFile),
					memory: savedState(join(folder, "desec-budget.json"), budgetStateSchema, { health, log }),
					now: () => time,
					clock,
				}),
			family: (family) => states[family],
			relay: (family) => way.get(family),
			refuted: (family) => refuted.get(family) as Address | undefined,
			onSettled: () => {},
			health,
			log,
			now: () => time,
			patience: 20,
			async visible(zone, wanted) {
				watched.push(wanted.map(({ name, type, records }) => `${name} ${type} ${records.join()}`));
				const seen = desec.public(zone);
				const isSeen = ({ name, type, records }: WantedRRset) =>
					(seen.find((one) => one.name === `${name}.` && one.type === type)?.records ?? []).join() ===
					records.join();
				if (!wanted.every(isSeen)) throw new HeimwegError(`ns1.desec.test`);
				return 1;
			},
		});
	}

	const scene: RecordsScene = {
		desec,
		health,
		lines,
		watched,
		records: () => records,
		async address(ipv4, ipv6) {
			const parsed = (text: string | undefined) => (text === undefined ? undefined : parseAddress(text));
			states[4] = { ...states[4], address: parsed(ipv4) };
			states[6] = { ...states[6], address: parsed(ipv6) };
			await scene.run();
		},
		gone(family, since) {
			states[family] = { ...states[family], goneSince: since };
		},
		relayAt(family, address) {
			if (address === undefined) way.delete(family);
			else way.set(family, address as Address | "gone");
		},
		refute(family, address) {
			if (address === undefined) refuted.delete(family);
			else refuted.set(family, address);
		},
		async run() {
			records.duty.poke(undefined, { urgent: true });
			await records.duty.settled();
		},
		poke: () => records.duty.poke(undefined, { urgent: true }),
		requests() {
			const fresh = desec.requests.slice(seen);
			seen = desec.requests.length;
			return fresh.map((request) => request.traffic);
		},
		shown: (domain = "example.org") =>
			desec
				.rrsets(domain)
				.map(({ subname, type, ttl, records }) => `${subname || "@"} ${type} ${ttl} ${records.join()}`)
				.sort(),
		trouble: () => health.list().find((one) => one.code === "dns.failing")?.text,
		time(forward = 0) {
			time += forward;
			return time;
		},
		writeToken: (secret) => writeFile(tokenFile, `${secret}\n`, { mode: 0o600 }),
		async restart() {
			await records.duty.stop();
			records = make();
		},
		async end() {
			await records.duty.stop();
			await desec.stop();
			await rm(folder, { recursive: true });
		},
	};
	await scene.writeToken(TOKEN);
	return scene;
}
