import { createDuty, type Duty } from "../../shared/duty.ts";
import { HeimwegError } from "../../shared/errors.ts";
import type { Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import type { CheckinAnswer } from "../../shared/protocol/checkin.ts";
import {
	type RecipientsPush,
	type RecipientsReport,
	recipientsAnswerSchema,
} from "../../shared/protocol/recipients.ts";
import {
	domainOfRecipient,
	isRequired,
	parseRecipient,
	type Recipient,
	RecipientSet,
} from "../../shared/recipient.ts";
import { type RelayAnswer, type RelayPort, readAnswer, refusalOf } from "../relay/client.ts";
import {
	recipientsFailing,
	recipientsSourceFailing,
	recipientsUnfit,
	recipientsUnread,
} from "./conditions.ts";
import type { RecipientsDocument } from "./document.ts";

export interface RecipientsOptions {
	/** Where the relay takes it. */
	port(): RelayPort;
	/** Sends a list; `askRelay` in life. */
	send(push: RecipientsPush, signal: AbortSignal): Promise<RelayAnswer>;
	/** Our recipient_delimiter. */
	delimiter: string;
	/** Where the list lies, for messages. */
	file: string;
	tunnelUp(): boolean;
	/** What we report in a check-in has changed. */
	onReport(): void;
	/** The relay has a whole list, and may think otherwise of us now. */
	onWhole(): void;
	health: Health;
	log: Logger;
	/** Milliseconds, steadily growing. */
	now?: () => number;
}

export interface Recipients {
	duty: Duty;
	/** The file has changed, or there is none. */
	seenDocument(document: RecipientsDocument | undefined): void;
	/** When the sources were last looked at. */
	seenLook(at: Date | undefined): void;
	/** What the relay answered to a check-in. */
	heard(answer: CheckinAnswer): void;
	/** What a check-in says of the list. */
	report(): RecipientsReport;
	/** Whether a source named this address. */
	has(address: string): boolean;
	/** How many there are, and whether the relay has them; undefined while nothing is known. */
	state(): { recipients: number; onRelay: boolean } | undefined;
}

/**
 * Milliseconds that we watch a list at which nobody looks, before it is told. The timer comes every two minutes, and a
 * look may take longer than that; after a boot the list is as old as the time that the machine was off.
 */
const stale = 15 * 60_000;

/** Keeps the relay's list of our valid recipients as the file says. */
export function createRecipients(options: RecipientsOptions): Recipients {
	const { health } = options;
	const now = options.now ?? (() => performance.now());
	let document: RecipientsDocument | undefined;
	/** The last look at the sources by the wall clock, and since when, by the steady one, we know of no later one. */
	let lastLook = { at: undefined as number | undefined, since: now() };
	/** The domains that the relay routes to us; undefined until it has told, or when it takes no lists. */
	let domains: readonly string[] | undefined;
	let mine = new RecipientSet();
	/** The digest of the list that the relay has, and that list, where we know it. */
	let theirs: string | undefined;
	let acknowledged: RecipientSet | undefined;
	let limit = Number.POSITIVE_INFINITY;
	/** A list that the relay refused is not sent again before the next check-in. */
	let refusal: { digest: string; error: HeimwegError } | undefined;
	/** The relay takes no list of ours as it is: who is new would be refused by the one that it has. */
	let untaken = false;

	async function run(signal: AbortSignal): Promise<void> {
		if (!options.tunnelUp() || !document || !domains || !complete()) return;
		if (theirs === mine.digest) return seeTaken(true);
		const list = mine;
		if (list.size > limit) {
			seeTaken(false);
			throw new HeimwegError(`the relay takes at most ${limit} recipients, and there are ${list.size}`, {
				remedy: "name a whole domain as @DOMAIN instead of its users",
			});
		}
		if (refusal?.digest === list.digest) throw refusal.error;
		const base = acknowledged?.digest === theirs ? acknowledged : undefined;
		let answer = await options.send(pushOf(list, base), signal);
		if (answer.status === 409 && base) answer = await options.send(pushOf(list, undefined), signal);
		if (answer.status !== 200) throw refused(answer, list);
		const { digest } = readAnswer(options.port(), answer.text, recipientsAnswerSchema);
		theirs = digest;
		acknowledged = list;
		seeTaken(true);
		if (!base) options.onWhole();
		options.log.info({ recipients: list.size }, `the relay knows our ${list.size} valid recipients`);
	}

	function refused({ status, text }: RelayAnswer, { digest }: RecipientSet): HeimwegError {
		const said = saidIn(text);
		if (status === 409) theirs = undefined;
		if (status !== 400 && status !== 403 && status !== 413) return refusalOf(status, said);
		const error = new HeimwegError(`the relay refused it: ${said ?? status}`);
		refusal = { digest, error };
		// It may route other domains to us than before: the next check-in tells which.
		if (status === 403) {
			untaken = true;
			options.onReport();
		} else seeTaken(false);
		return error;
	}

	function seeTaken(taken: boolean): void {
		if (untaken === !taken) return;
		untaken = !taken;
		options.onReport();
	}

	/** Takes what has changed into our set, which costs what has changed. */
	function refresh(): void {
		const served = new Set(domains);
		const wanted = new Set<Recipient>();
		for (const { recipients } of document?.sources ?? []) {
			for (const recipient of recipients) {
				if (served.has(domainOfRecipient(recipient))) wanted.add(recipient);
			}
		}
		const next = new RecipientSet(mine);
		for (const recipient of mine) if (!wanted.has(recipient)) next.delete(recipient);
		for (const recipient of wanted) next.add(recipient);
		mine = next;
		duty.poke(undefined, { urgent: true });
	}

	const complete = () => document?.sources.every(({ usable }) => usable) ?? false;

	function report(): RecipientsReport {
		const { delimiter } = options;
		if (complete()) {
			if (!untaken) return { complete: true, delimiter };
			return { complete: false, reason: "the relay does not take the home's list of recipients", delimiter };
		}
		const bad = document?.sources.find(({ usable }) => !usable);
		const reason = bad
			? `the home cannot list ${bad.source.slice(0, 100)}`
			: "the home does not look up who its recipients are";
		return { complete: false, reason, delimiter };
	}

	const duty = createDuty({
		name: "recipients",
		run: ({ signal }) => run(signal),
		deadline: 150_000,
		backoff: { first: 1_000, max: 60_000 },
		failing: recipientsFailing,
		health,
		log: options.log,
	});

	return {
		duty,
		seenDocument(fresh) {
			const before = JSON.stringify(report());
			document = fresh;
			const list = fresh?.sources ?? [];
			const gone = (subject: string) => !list.some(({ source }) => source === subject);
			for (const { code, subject } of health.list()) {
				if (code === recipientsSourceFailing.code && gone(subject))
					health.clear(recipientsSourceFailing, subject);
				if (code === recipientsUnfit.code && gone(subject)) health.clear(recipientsUnfit, subject);
			}
			for (const { source, failing, usable, unfit } of list) {
				health.put(recipientsSourceFailing, source, failing && { ...failingPart(failing), usable });
				health.put(recipientsUnfit, source, unfit);
			}
			refresh();
			if (before !== JSON.stringify(report())) options.onReport();
		},
		seenLook(at) {
			if (at?.getTime() !== lastLook.at) lastLook = { at: at?.getTime(), since: now() };
			const old = !at || now() - lastLook.since > stale;
			const since = at && `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
			health.put(recipientsUnread, "", old ? { file: options.file, since } : undefined);
		},
		heard({ recipients, domains: routed }) {
			theirs = recipients?.digest;
			limit = recipients?.limit ?? limit;
			refusal = undefined;
			const fresh = recipients && routed;
			const moved = fresh?.join() !== domains?.join();
			domains = fresh;
			if (moved) refresh();
			else duty.poke();
		},
		report,
		has(address) {
			const recipient = parseRecipient(address);
			return recipient !== undefined && !isRequired(recipient) && mine.has(recipient);
		},
		state: () =>
			document && { recipients: mine.size, onRelay: domains !== undefined && theirs === mine.digest },
	};
}

function pushOf(list: RecipientSet, base: RecipientSet | undefined): RecipientsPush {
	if (!base) return { digest: list.digest, add: [...list] };
	return { digest: list.digest, base: base.digest, add: list.without(base), remove: base.without(list) };
}

function failingPart({ error, remedy }: { error: string; remedy?: string | undefined }) {
	return remedy ? { error, remedy } : { error };
}

/** The sentence in a refusal of the relay's. */
function saidIn(text: string): string | undefined {
	try {
		const { error } = JSON.parse(text) as { error?: unknown };
		return typeof error === "string" ? error.slice(0, 300) : undefined;
	} catch {
		return undefined;
	}
}
