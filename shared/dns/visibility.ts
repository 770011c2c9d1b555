import { Resolver } from "node:dns/promises";
import { isIPv6 } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf, HeimwegError, messageOf } from "../errors.ts";
import { type Server, serversOf } from "./name-servers.ts";
import { comparable, recordsAt } from "./records-at.ts";
import { sameRecords } from "./rrset.ts";
import type { WantedRRset } from "./wanted/address.ts";

/** Milliseconds between two rounds of questions: quick at first, then patient. */
const quick = 50;
const patient = 1_000;
const quickFor = 3_000;

/** Milliseconds for one question, and after which we stop asking. */
const questionTime = 1_000;
const minute = 60_000;

export interface VisibilityOptions {
	/** The zone's authoritative servers; those that the resolver names if not given. */
	servers?: (zone: string) => Promise<Server[]>;
	/** Milliseconds. */
	giveUpAfter?: number;
	/** Whether one more question may be asked; when not, it is given up as after the time. */
	mayAsk?: () => boolean;
	/** Nobody waits for it: it is asked patiently from the start. */
	unhurried?: boolean;
}

/**
 * Asks each of the zone's authoritative servers until it answers the wanted records; resolves to the milliseconds that
 * took. Throws a HeimwegError that names the servers still missing after a minute. Right after a change of the line the
 * resolver may not work yet, so the servers, too, are looked for until the minute is over.
 */
export async function untilVisible(
	zone: string,
	wanted: readonly WantedRRset[],
	signal: AbortSignal,
	options: VisibilityOptions = {},
): Promise<number> {
	const { servers = serversOf, giveUpAfter = minute, mayAsk = () => true, unhurried = false } = options;
	const began = performance.now();
	/** Servers, and what each has not answered yet. */
	let missing: Array<{ server: Server; left: readonly WantedRRset[] }> | undefined;
	let trouble = "";
	for (;;) {
		let mayGoOn = true;
		try {
			missing ??= (await servers(zone)).map((server) => ({ server, left: wanted }));
			mayGoOn = missing.every(({ left }) => left.every(() => mayAsk()));
			if (mayGoOn) missing = (await Promise.all(missing.map(askAgain))).filter(({ left }) => left.length > 0);
		} catch (error) {
			trouble = messageOf(error);
		}
		const spent = performance.now() - began;
		if (missing?.length === 0) return spent;
		if (spent > giveUpAfter || !mayGoOn) {
			const names = missing?.map(({ server }) => server.name).join(" and ");
			throw new HeimwegError(names ?? `the name servers of ${zone} could not be found (${trouble}) and`);
		}
		await sleep(spent < quickFor && !unhurried ? quick : patient, undefined, { signal });
	}
}

/** Asks a server for what it has not answered yet. */
async function askAgain({ server, left }: { server: Server; left: readonly WantedRRset[] }) {
	const resolver = new Resolver({ timeout: questionTime, tries: 1 });
	resolver.setServers(server.addresses.map((address) => (isIPv6(address) ? `[${address}]` : address)));
	const verdicts = await Promise.all(left.map((one) => answers(resolver, one)));
	return { server, left: left.filter((_, at) => !verdicts[at]) };
}

async function answers(resolver: Resolver, { name, type, records }: WantedRRset): Promise<boolean> {
	try {
		const found = await recordsAt(resolver, name, type);
		return sameRecords(type, comparable(type, found), comparable(type, records));
	} catch (error) {
		const none = codeOf(error) === "ENODATA" || codeOf(error) === "ENOTFOUND";
		return none && records.length === 0;
	}
}
