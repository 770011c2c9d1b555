import { z } from "zod";
import { type Address, type Cidr, type Family, familyOf, parseAddress } from "../../shared/address.ts";
import type { StatusRow } from "../../shared/part.ts";
import { momentText } from "../../shared/proof.ts";
import { publicKeyOf } from "../../shared/protocol/keys.ts";
import { onSchedule } from "../../shared/schedule.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";
import type { Link, RelayState } from "../facts.ts";
import { agentPart } from "../part.ts";
import { createAddressBook, type HistoryEntry } from "./book.ts";
import { type Host, watchCheckIp } from "./check-ip.ts";
import * as conditions from "./conditions.ts";
import { addressShape } from "./config.ts";
import { watchLink } from "./link.ts";
import { changedFamilies, isUnready } from "./read-link.ts";
import { shownSource } from "./sources.ts";

/** The relay is the better witness; who asks at once only asks twice. */
const firstQuestionAfter = 3 * SECOND;

/** Over so long the questions of all homes with the same schedule are spread. */
const scheduleSpread = MINUTE;

/** What is remembered across restarts: only to say what changed, since no source has confirmed it. */
const memorySchema = z.object({
	history: z
		.array(
			z.object({
				at: z.string(),
				family: z.union([z.literal(4), z.literal(6)]),
				address: z.string().transform((text): string => parseAddress(text)),
				source: z.string(),
			}),
		)
		.max(1_000),
});

/** What the status has of it. */
export interface AddressStatus {
	addresses: { ipv4: Address | undefined; ipv6: Address | undefined };
	history: HistoryEntry[];
	/** Since when a family is gone from this line, ISO 8601. */
	gone?: { ipv4: string | undefined; ipv6: string | undefined };
}

/** The public address of each family: what the kernel, the relay and check-ip services say, and what follows. */
export const address = agentPart({
	name: "address",
	config: addressShape,
	conditions: Object.values(conditions),
	programs: ["ip"],

	create({ tunnel, check_ip }, { facts, key, run, health, log, state, statusChanged }) {
		const memory = state("address.json", memorySchema);
		/** Where an earlier version remembered it, together with what is the part relay's now; never written again. */
		const oldMemory = state("agent.json", memorySchema);
		/** As it is now: the fact is told last, and what follows from a new address looks at it before. */
		let link: Link | undefined;
		const tellLink = facts.link.own("address");
		const tellAddresses = facts.addresses.own("address");
		const published = new Set<Family>();
		const alsoPublic: Cidr[] = [];
		facts.published.subscribe((what) => {
			for (const family of what.families) published.add(family);
			alsoPublic.push(...what.alsoPublic);
		});

		const book = createAddressBook({
			...{ published, alsoPublic, health, log },
			onChange({ family }) {
				tellFamilies();
				askOutside(family === 4 ? 6 : 4);
				void memory.write({ history: [...book.history()] });
				statusChanged();
			},
			onGone: tellFamilies,
		});
		const relayAddresses = () => [...facts.relays.all.values()].flatMap(({ addresses }) => addresses);
		const links = watchLink({
			...{ run, tunnel: tunnel.interface, log, onLink: seeLink },
			relay: relayAddresses,
		});
		const checkIp = watchCheckIp({
			urls: { 4: check_ip.ipv4, 6: check_ip.ipv6 },
			hosts: () => [...facts.relays.all.values()].flatMap(inBothFamilies),
			onAddress(family, seen) {
				health.clear(conditions.checkIpFailing, `IPv${family}`);
				book.seenBy("check-ip", seen);
			},
			onUnreachable: (family) => book.unreachable(family),
			onFailure(family, error, unreachable) {
				// A line without this family is no failure of the service.
				if (!link?.families.has(family)) return;
				const remedy = `look whether anything is reached over IPv${family} from this machine ("ip -${family} route", the router); heimweg tries again by itself`;
				const details = { error, ...(unreachable ? { remedy } : {}) };
				health.set(conditions.checkIpFailing, `IPv${family}`, details);
			},
		});
		const endings: Array<() => void> = [];

		facts.sources.subscribe((name, now, before) => {
			const kind = now?.kind ?? before?.kind;
			if (kind) book.tell(name, kind, now?.address);
		});
		facts.relays.subscribe((_, now, before) => {
			if (now?.up && now.seenAs) book.seenBy("relay", now.seenAs.address);
			if (now?.up && !before?.up) askOutside();
		});

		function goneSince(family: Family): string | undefined {
			const since = book.state(family).goneSince;
			if (since === undefined) return undefined;
			return new Date(Date.now() - (performance.now() - since)).toISOString();
		}

		/** A VPN that leads to an address of this machine's own is a line like any other. */
		function lookAtVpn(): void {
			for (const family of [4, 6] as const) {
				const { leavesBy = {}, vpns = [], addresses = [] } = link ?? {};
				const by = leavesBy[family];
				const { address } = book.state(family);
				const isVpn = by !== undefined && vpns.includes(by) && published.has(family);
				const own = addresses.some((one) => one.address === address);
				health.put(conditions.throughVpn, `IPv${family}`, isVpn && !own ? { by } : undefined);
			}
		}

		function tellFamilies(): void {
			lookAtVpn();
			tellAddresses({ 4: book.state(4), 6: book.state(6) });
		}

		function seeLink(fresh: Link): void {
			const before = link;
			link = fresh;
			book.seenLink(fresh);
			lookAtVpn();
			tellLink(fresh);
			if (!before) return;
			if (changedFamilies(before, fresh) || (before.tunnel && !fresh.tunnel)) askOutside();
			if (isUnready(before) && !isUnready(fresh)) askOutside(6);
		}

		/** Asks the check-ip services for what the tunnel does not show. */
		function askOutside(only?: Family): void {
			const up = [...facts.relays.all.values()].filter((relay) => relay.up);
			// On a line that is down nobody answers, and that tells nothing of a family.
			if (link?.families.size === 0 && up.length === 0) return;
			const shown = up.map(({ outer }) => (outer ? familyOf(outer.address) : 4));
			for (const family of [4, 6] as const) {
				// A connection would leave with the link-local address and get nowhere, as if the family were gone.
				if (family === 6 && link && isUnready(link)) continue;
				if (!shown.includes(family) && published.has(family) && (only === undefined || only === family))
					checkIp.ask(family);
			}
		}

		return {
			name: "address",
			status: (): Record<keyof AddressStatus, unknown> => ({
				addresses: { ipv4: book.state(4).address, ipv6: book.state(6).address },
				history: [...book.history()],
				gone: { ipv4: goneSince(4), ipv6: goneSince(6) },
			}),
			async start() {
				const remembered = (await memory.read()) ?? (await oldMemory.read());
				if (remembered) book.restore(remembered.history);
				seeLink(await links.look());
				links.start();
				endings.push(
					onSchedule(check_ip.schedule, () => askOutside(), {
						spread: { key: publicKeyOf(key.privateKey), most: scheduleSpread },
					}),
				);
			},
			serve() {
				const timer = setTimeout(askOutside, firstQuestionAfter);
				endings.push(() => clearTimeout(timer));
			},
			async stop() {
				for (const end of endings) end();
				memory.stop();
				oldMemory.stop();
				await Promise.all([links.stop(), checkIp.stop()]);
			},
		};
	},

	rows(status) {
		const { addresses, history, gone } = status as AddressStatus;
		const row = (family: Family, known: Address | undefined, since: string | undefined): StatusRow => {
			const last = known && seenText(known, history, family);
			const text = since ? goneText(new Date(since), last) : (last ?? say`not known`);
			return { place: 20, name: `IPv${family}`, text };
		};
		return [row(4, addresses.ipv4, gone?.ipv4), row(6, addresses.ipv6, gone?.ipv6)];
	},
	summary(status) {
		const { addresses } = status as AddressStatus;
		const known = [addresses.ipv4, addresses.ipv6].filter(Boolean);
		return [{ place: 20, text: known.length > 0 ? known.join(" and ") : "public address not known" }];
	},
});

/** A relay with addresses of both families, as a host to compare them by. */
function inBothFamilies({ addresses, reaches }: RelayState): Host[] {
	const of = (family: Family) => addresses.find((one) => familyOf(one) === family);
	return of(4) && of(6) ? [{ reaches: (family) => reaches(of(family)!) }] : [];
}

function goneText(since: Date, last: string | undefined): string {
	return last
		? say`gone from this line since ${momentText(since)}, was ${last}`
		: say`gone from this line since ${momentText(since)}`;
}

function seenText(known: Address, history: readonly HistoryEntry[], family: Family): string {
	const entry = history.findLast((one) => one.family === family);
	if (!entry) return known;
	const since = entry.at.slice(0, 16).replace("T", " ");
	return say`${known}  since ${since} UTC, seen by ${shownSource(entry.source)}`;
}
