import { domainForms } from "../../shared/domain-name.ts";
import { createDuty, type Duty, type DutyRun } from "../../shared/duty.ts";
import { fileMark } from "../../shared/file-mark.ts";
import type { Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import { domainOfRecipient, everyoneAt, type Recipient, recipientForms } from "../../shared/recipient.ts";
import { slices } from "../../shared/slices.ts";
import { mapDamaged } from "../postfix/conditions.ts";
import { relayed } from "../postfix/entry.ts";
import { MapDamaged, type MapStore } from "../postfix/maps.ts";
import { acceptsAll, recipientsFailing } from "./conditions.ts";
import { compareRecipients, type RecipientSources, wantedRecipients } from "./plan.ts";

export interface RecipientsOptions {
	/** Whether the guard stands; nothing is done before. */
	guarded?: () => boolean;
	maps: MapStore;
	/** The map's file, to see whether somebody else changed it. */
	file: string;
	/** Who is valid, as it is now. */
	sources(): RecipientSources;
	health: Health;
	log: Logger;
}

export interface Recipients {
	/** A poke without subjects looks whether the map is as it was left. */
	duty: Duty;
	/**
	 * These recipients, or (undefined) everything may have changed; with none, only what there is to say of it. It is
	 * said of these homes, or else of all.
	 */
	changed(recipients: readonly Recipient[] | undefined, homes?: Iterable<string>): void;
	/** These domains are no longer ours: their entries go once Postfix does not relay for them any more. */
	left(domains: Iterable<string>): void;
	/**
	 * Sees that domains have their entries, before Postfix relays for them: a domain without any refuses everybody.
	 * Throws when it cannot.
	 */
	admit(domains: Iterable<string>): Promise<void>;
}

/** Subjects that are no recipients. */
const look = "";
const all = "*";

/** More entries than this are written as a new map, in one go. */
export const fewEntries = 100;

/** So many keys are looked up rather than taken to be missing. */
const fewQuestions = 10_000;

const map = "relay_recipients";

/** The duty that keeps the map of valid recipients (relay_recipient_maps). Its subjects are recipients. */
export function createRecipients(options: RecipientsOptions): Recipients {
	const { maps, health, log } = options;
	/** How the file looked after our last write. */
	let leftAs: string | undefined;
	/** Domains that are no longer ours and may still have entries. */
	const leaving = new Set<string>();
	/** Homes of which there may be something to say. */
	const toTell = new Set<string>();
	let tellAll = true;
	let queue: Promise<unknown> = Promise.resolve();

	/** The map is changed by one at a time: the duty, or who admits a domain. */
	function alone<T>(act: () => Promise<T>): Promise<T> {
		const job = queue.then(act);
		queue = job.catch(() => {});
		return job;
	}

	async function run({ subjects }: DutyRun): Promise<void> {
		await alone(async () => {
			const some = [...subjects].filter((subject) => subject !== look && subject !== all);
			const looks = subjects.has(look);
			const whole = subjects.has(all) || (looks && (await fileMark(options.file)) !== leftAs);
			// They need no look at the rest, which may take long or fail.
			if (some.length > 0) await mending(() => keep(some as Recipient[]));
			if (whole || (looks && (await someLeft()))) await keepAll();
		});
		await tell();
	}

	/** Whether entries of a domain that left can go by now. */
	async function someLeft(): Promise<boolean> {
		const { byDomain, registry } = options.sources();
		for (const domain of leaving)
			if (byDomain.has(domain) || registry.deferred.has(domain)) leaving.delete(domain);
		if (leaving.size === 0 || !registry.complete) return false;
		const relayed = await maps.query("relay_domains", [...leaving].flatMap(domainForms));
		return [...leaving].some((domain) => !domainForms(domain).some((form) => relayed.has(form)));
	}

	/** Writes what is wanted of these recipients and of their domains' catch-alls, without a look at the rest of the map. */
	async function keep(recipients: readonly Recipient[]): Promise<void> {
		// The first recipient of a domain closes it for everybody else, and with the last one it opens.
		const domains = new Set(recipients.map(domainOfRecipient));
		const keys = [...new Set([...recipients, ...[...domains].map(everyoneAt)].flatMap(recipientForms))];
		const there = await maps.query(map, keys);
		const wanted = wantedRecipients(options.sources());
		const changes = keys.filter(
			(key) => wanted.serves(domainOfRecipient(key)) && there.has(key) !== wanted.has(key),
		);
		const add = changes.filter((recipient) => wanted.has(recipient));
		const remove = changes.filter((recipient) => !wanted.has(recipient));
		await write(new Set(add), new Set(remove));
	}

	async function keepAll(): Promise<void> {
		// Until it is done, the next look is one at everything.
		leftAs = undefined;
		await mending(async () => {
			const relays = await relayDomains();
			const { complete } = options.sources().registry;
			const { see, difference } = compareRecipients(wantedRecipients(options.sources()), relays, complete);
			await maps.each(map, see);
			const { add, remove, keep } = await difference();
			if (add.size > 0 && add.size <= fewQuestions)
				for (const key of (await maps.query(map, add)).keys()) add.delete(key as Recipient);
			// Reading took a while, and some that were to go may be valid by now.
			const wanted = wantedRecipients(options.sources());
			for (const key of remove) if (wanted.has(key as Recipient)) remove.delete(key);
			if (add.size + remove.size > fewEntries) {
				const entries = await wanted.keys(wanted.domains());
				for (const some of [keep, add]) for (const key of some) entries.add(key);
				await rebuild(entries);
			} else await write(add, remove);
			if (!complete || !relays) return;
			for (const domain of leaving)
				if (!domainForms(domain).some((form) => relays.has(form))) leaving.delete(domain);
		});
	}

	/** What is valid comes in before anything goes: nobody is refused in between. */
	async function write(add: ReadonlySet<Recipient>, remove: ReadonlySet<string>): Promise<void> {
		if (add.size > 0) await maps.set(map, entriesOf(add));
		if (remove.size > 0) await maps.remove(map, remove);
		if (add.size + remove.size > 0) {
			log.info(
				{ map, added: add.size, removed: remove.size },
				`Postfix's map ${map} changed: ${add.size} added, ${remove.size} removed`,
			);
		}
		leftAs = await fileMark(options.file);
	}

	async function mending(act: () => Promise<void>): Promise<void> {
		try {
			await act();
			// Mending may have failed, and the old map be back.
			health.clear(mapDamaged, map);
		} catch (error) {
			if (!(error instanceof MapDamaged) || error.map !== map) throw error;
			// Should mending fail: the file may come back as it was, and must be looked at.
			leftAs = undefined;
			health.set(mapDamaged, map, { reason: error.message });
			const wanted = wantedRecipients(options.sources());
			const { add } = await compareRecipients(wanted, await relayDomains(), false).difference();
			await rebuild(add, maps.mend);
			health.clear(mapDamaged, map);
		}
	}

	async function rebuild(recipients: Iterable<Recipient>, how = maps.rebuild): Promise<void> {
		const entries = new Map<string, string>();
		const slice = slices();
		for (const recipient of recipients) {
			entries.set(recipient, relayed);
			if (slice.due()) await slice.turn();
		}
		await how(map, entries);
		log.info(
			{ map, entries: entries.size },
			`Postfix's map ${map} was made anew with ${entries.size} entries`,
		);
		leftAs = await fileMark(options.file);
	}

	async function relayDomains(): Promise<Set<string> | undefined> {
		try {
			return new Set((await maps.list("relay_domains")).keys());
		} catch (error) {
			// The duty routes mends it.
			if (error instanceof MapDamaged) return undefined;
			throw error;
		}
	}

	/** Says of homes for which mail to anybody is taken, and ends that where it is not so any more. */
	async function tell(): Promise<void> {
		const slice = slices();
		if (tellAll)
			for (const id of [...options.sources().registry.homes.keys(), ...health.subjects(acceptsAll)])
				toTell.add(id);
		tellAll = false;
		for (const id of toTell) {
			toTell.delete(id);
			const home = options.sources().registry.homes.get(id);
			const why = home && wantedRecipients(options.sources()).acceptAll(home);
			health.put(acceptsAll, id, why && { why });
			if (slice.due()) await slice.turn();
		}
	}

	const duty = createDuty({
		name: "recipients",
		run,
		allowed: options.guarded,
		deadline: 60_000,
		allSubjects: () => [look],
		failing: recipientsFailing,
		health,
		log,
	});

	return {
		duty,
		changed(recipients, homes) {
			if (homes) for (const home of homes) toTell.add(home);
			else tellAll = true;
			duty.poke(recipients?.length === 0 ? look : (recipients ?? all), { urgent: true });
		},
		left(domains) {
			for (const domain of domains) leaving.add(domain);
		},
		async admit(domains) {
			const keys = await wantedRecipients(options.sources()).keys(domains);
			if (keys.size > fewEntries) await alone(keepAll);
			else await alone(() => mending(() => write(keys, new Set())));
		},
	};
}

function entriesOf(recipients: Iterable<Recipient>): Map<string, string> {
	return new Map([...recipients].map((recipient) => [recipient, relayed]));
}
