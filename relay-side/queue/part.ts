import type { Address } from "../../shared/address.ts";
import { askBanner } from "../../shared/banner.ts";
import { HeimwegError } from "../../shared/errors.ts";
import { queueMark } from "../../shared/postfix/activity.ts";
import { postfixFlush } from "../../shared/postfix/flush.ts";
import { listQueue } from "../../shared/postfix/queue.ts";
import { momentText } from "../../shared/proof.ts";
import { MINUTE } from "../../shared/time.ts";
import { registryOf } from "../facts.ts";
import { relayPart } from "../part.ts";
import { domainOf } from "../postfix/queue.ts";
import * as conditions from "./conditions.ts";
import { waitingNews } from "./news.ts";
import { createOldMail } from "./old-mail.ts";
import { createQueue } from "./queue.ts";
import { createWorldMail, resolverAnswers } from "./world.ts";

/** Mail that waits here for the homes, and goes on the moment that one is back. */
export const queue = relayPart({
	name: "queue",
	conditions: Object.values(conditions),

	create(_, { facts, identity, run, health, log, metrics, statusChanged }) {
		const homes = () => registryOf(facts).homes;
		/** When a home's mail server last greeted us, by its tunnel address. */
		const greeted = new Map<Address, Date>();
		const tellNews = waitingNews(identity.renew);
		const tellWaiting = facts.waiting.own("queue");
		const homeOf = (domain: string) => facts.homes.value?.byDomain.get(domain)?.id ?? invitedOf(domain);
		const invitedOf = (domain: string) =>
			[...(facts.homes.value?.registry.invited.values() ?? [])].find(({ domains }) =>
				domains.includes(domain),
			)?.id;
		const world = createWorldMail({
			atHome: (address) => {
				const domain = domainOf(address);
				return homeOf(domain) !== undefined || (facts.homes.value?.registry.deferred.has(domain) ?? false);
			},
			...{ resolverAnswers, health },
		});
		const waiting = createQueue({
			...{ homes, homeOf, health, log },
			listQueue: (signal) => world.through(listQueue(signal)),
			here: (home) => facts.presence.all.get(home)?.here ?? false,
			mark: queueMark(run),
			flush: postfixFlush(run),
			async ask(server, signal) {
				const reason = await askBanner(server, signal);
				if (reason === undefined) greeted.set(server.address, new Date());
				return reason;
			},
			onChange() {
				const withMail = new Set(waiting.withMail());
				tellNews(withMail);
				tellWaiting(withMail);
				void oldMail.review(withMail);
				statusChanged();
			},
		});
		const oldMail = createOldMail({ run, waiting: waiting.waiting, health });
		facts.homes.subscribe(({ at }) => {
			for (const address of greeted.keys()) if (!at.has(address)) greeted.delete(address);
		});
		facts.presence.subscribe((home, now, before) => {
			if (now?.here && !before?.here) waiting.returned(home);
			if (before?.here && now && !now.here) waiting.left(home);
		});
		metrics.gauge("mails_waiting", "Mails that wait for a home", () => {
			let total = 0;
			for (const home of waiting.withMail()) total += waiting.waiting(home)?.mails ?? 0;
			return total;
		});
		return {
			name: "queue",
			duties: () => [waiting.duty],
			ticks: [{ every: MINUTE, act: () => oldMail.review(waiting.withMail()) }],
			checkin: {
				answer({ id }) {
					const mail = waiting.waiting(id);
					return mail ? { waiting: mail } : {};
				},
			},
			homeStatus: ({ id }) => ({ waiting: waiting.waiting(id) }),
			homeProof({ id, addresses }) {
				if (health.has(conditions.mailServerSilent, id))
					return { incoming: { verdict: "no", because: "its mail server does not answer" } };
				const at = greeted.get(addresses[0]!);
				return at
					? { incoming: { verdict: "yes", because: `its mail server greeted us at ${momentText(at)}` } }
					: {};
			},
			serve: waiting.start,
			stop: waiting.stop,
		};
	},

	async mayDown() {
		for await (const message of listQueue()) {
			throw new HeimwegError(
				`mail waits in the queue (${message.recipients.length} recipients of one message)`,
				{ remedy: 'look at "mailq"; wait until it is delivered, or add --force' },
			);
		}
	},
});
