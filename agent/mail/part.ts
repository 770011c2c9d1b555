import { askBanner } from "../../shared/banner.ts";
import { firstLook } from "../../shared/first-look.ts";
import { queueMark } from "../../shared/postfix/activity.ts";
import { postfixFlush } from "../../shared/postfix/flush.ts";
import { listQueue } from "../../shared/postfix/queue.ts";
import { createReloadWatch, lookForReloadEvery } from "../../shared/postfix/reload.ts";
import { waitingHereText } from "../../shared/status-text.ts";
import { inTurn } from "../../shared/ticks.ts";
import { SECOND } from "../../shared/time.ts";
import { relayAnswers } from "../facts.ts";
import { agentPart } from "../part.ts";
import * as conditions from "./conditions.ts";
import { createOutgoing } from "./outgoing.ts";
import { homeSide, lackingSettings } from "./postfix.ts";
import { createWaiting, type WaitingHere } from "./waiting.ts";

/** What the status has of it. */
export interface MailStatus {
	/** Mail that has waited in this home's queue for a while. */
	waiting?: WaitingHere | undefined;
}

/** Mail that this home sends: Postfix's settings, and what waits here for the relay. */
export const mail = agentPart({
	name: "mail",
	conditions: Object.values(conditions),
	postfix: ({ relays }) => homeSide(relays[0]!.addresses),

	create({ relays, mail: settings }, { facts, run, health, log }) {
		const tunnelUp = () => [...facts.relays.all.values()].some(({ up }) => up);
		const outgoing = createOutgoing({
			relay: relays[0]!.addresses,
			...{ run, listQueue, flush: postfixFlush(run), ask: askBanner, mark: queueMark(run) },
			tunnelUp,
			health,
			log,
		});
		const tellLacking = facts.lackingSettings.own("mail");

		const lookAtSettings = inTurn(async () => {
			const throughRelay = settings?.outgoing !== "other";
			// Without Postfix, or with one that says nothing, there is nothing to say here either.
			const missing = await lackingSettings(run, relays[0]!.addresses, throughRelay).catch(() => undefined);
			if (!missing) return;
			tellLacking(missing);
			health.put(conditions.postfixNotSetUp, "", missing.length > 0 ? { missing } : undefined);
		});

		facts.settingsChanges.subscribe(() => void lookAtSettings());
		const first = firstLook(relayAnswers(facts), lookAtSettings);

		const lookForReload = createReloadWatch(run, (owed) =>
			owed ? health.set(conditions.reloadOwed, "", undefined) : health.clear(conditions.reloadOwed),
		);

		const waiting = createWaiting({
			relay: relays[0]!.addresses,
			...{ run, listQueue, mark: queueMark(run), tunnelUp, health },
			onChange: () => tellRelay(),
		});
		let tellRelay = () => {};
		facts.relays.subscribe((_, now, before) => {
			if (now?.up && !before?.up) outgoing.begin();
			if (before?.up && !now?.up) outgoing.end();
		});
		return {
			name: "mail",
			duties: () => [outgoing.duty],
			status: (): MailStatus => ({ waiting: waiting.now() }),
			checkin: {
				report() {
					const now = waiting.now();
					return now ? { waiting: now } : {};
				},
				subscribe(listener) {
					tellRelay = listener;
				},
			},
			ticks: [
				{ every: 15 * SECOND, act: outgoing.look },
				{ every: 15 * SECOND, act: waiting.look },
				{ every: lookForReloadEvery, act: lookForReload },
			],
			async start() {
				first.start();
			},
			stop() {
				first.stop();
				outgoing.end();
			},
		};
	},

	rows(status) {
		const { waiting } = status as MailStatus;
		return waiting ? [{ place: 65, name: "queue", text: waitingHereText(waiting, "here") }] : [];
	},
});
