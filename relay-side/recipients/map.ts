import { createDuty, type Duty, type DutyRun } from "../../shared/duty.ts";
import { fileMark } from "../../shared/file-mark.ts";
import type { Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import { domainOfRecipient, everyoneAt, type Recipient, recipientForms } from "../../shared/recipient.ts";
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
	/** These recipients, or (undefined) everything may have changed; with none, only what there is to say of it. */
	changed(recipients: readonly Recipient[] | undefined): void;
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
const fewEntries = 100;

const map = "relay_recipients";

/** The duty that keeps the map of valid recipients (relay_recipient_maps). Its subjects are recipients. */
export function createRecipients(options: RecipientsOptions): Recipients {
	const { maps, health, log } = options;
	/** How the file looked after our last write. */
	let left: string | undefined;
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
			const whole = subjects.has(all) || (subjects.has(look) && (await fileMark(options.file)) !== left);
			// They need no look at the rest, which may take long or fail.
			if (some.length > 0) await mending(() => keep(some as Recipient[]));
			if (whole) await keepAll();
		});
		tell();
	}

	/** Writes what is wanted of these recipients and of their domains' catch-alls, without a look at the rest of the map. */
	async function keep(recipients: readonly Recipient[]): Promise<void> {
		// The first recipient of a domain closes it for everybody else, and with the last one it opens.
		const domains = new Set(recipients.map(domainOfRecipient));
		const everyone = [...domains].map(everyoneAt).flatMap(recipientForms);
		const there = await maps.query(map, everyone);
		const wanted = wantedRecipients(options.sources());
		const served = [...recipients.flatMap(recipientForms), ...everyone].filter((recipient) =>
			wanted.serves(domainOfRecipient(recipient)),
		);
		const isEveryone = new Set(everyone);
		const changes = served.filter((key) => !isEveryone.has(key) || there.has(key) !== wanted.has(key));
		const add = changes.filter((recipient) => wanted.has(recipient));
		const remove = changes.filter((recipient) => !wanted.has(recipient));
		await write(new Set(add), new Set(remove));
	}

	async function keepAll(): Promise<void> {
		// Until it is done, the next look is one at everything.
		left = undefined;
		await mending(async () => {
			const relays = await relayDomains();
			const { complete } = options.sources().registry;
			const { see, difference } = compareRecipients(wantedRecipients(options.sources()), relays, complete);
			await maps.each(map, see);
			const { add, remove, keep } = difference();
			// Reading took a while, and some that were to go may be valid by now.
			const wanted = wantedRecipients(options.sources());
			for (const key of remove) if (wanted.has(key as Recipient)) remove.delete(key);
			if (add.size + remove.size > fewEntries) await rebuild([...keep, ...wanted.keys(), ...add]);
			else await write(add, remove);
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
		left = await fileMark(options.file);
	}

	async function mending(act: () => Promise<void>): Promise<void> {
		try {
			await act();
		} catch (error) {
			if (!(error instanceof MapDamaged) || error.map !== map) throw error;
			health.set(mapDamaged, map, { reason: error.message });
			const wanted = wantedRecipients(options.sources());
			const { add } = compareRecipients(wanted, await relayDomains(), false).difference();
			await rebuild(add, maps.mend);
			health.clear(mapDamaged, map);
		}
	}

	async function rebuild(recipients: Iterable<Recipient>, how = maps.rebuild): Promise<void> {
		const entries = entriesOf(recipients);
		await how(map, entries);
		log.info(
			{ map, entries: entries.size },
			`Postfix's map ${map} was made anew with ${entries.size} entries`,
		);
		left = await fileMark(options.file);
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

	function tell(): void {
		const { registry } = options.sources();
		const { acceptAll } = wantedRecipients(options.sources());
		for (const active of health.list()) {
			if (active.code === acceptsAll.code && !registry.homes.has(active.subject))
				health.clear(acceptsAll, active.subject);
		}
		for (const home of registry.homes.keys()) {
			const why = acceptAll.get(home);
			health.put(acceptsAll, home, why && { why });
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
		changed: (recipients) =>
			duty.poke(recipients?.length === 0 ? look : (recipients ?? all), { urgent: true }),
		async admit(domains) {
			const keys = wantedRecipients(options.sources()).keys(new Set(domains));
			if (keys.size > fewEntries) await alone(keepAll);
			else await alone(() => mending(() => write(keys, new Set())));
		},
	};
}

function entriesOf(recipients: Iterable<Recipient>): Map<string, string> {
	return new Map([...recipients].map((recipient) => [recipient, relayed]));
}
