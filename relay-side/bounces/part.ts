import { join } from "node:path";
import type { Delivery } from "../../shared/postfix/delivery.ts";
import { postfixFlush } from "../../shared/postfix/flush.ts";
import { logPosition } from "../../shared/postfix/log-position.ts";
import { listQueue } from "../../shared/postfix/queue.ts";
import { reasonOf } from "../../shared/postfix/reason.ts";
import {
	firstReturns,
	forgetReturned,
	isAboutContent,
	noteDelivery,
	type Returned,
	returnsSchema,
} from "../../shared/postfix/returned.ts";
import { returnsTold } from "../../shared/postfix/returns-told.ts";
import { returnsSaidSchema } from "../../shared/protocol/bounces.ts";
import { DAY, MINUTE } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";
import { type Home, registryOf } from "../facts.ts";
import { relayPart } from "../part.ts";
import { domainOf } from "../postfix/queue.ts";
import * as conditions from "./conditions.ts";
import { createHolding, holdingPause } from "./holding.ts";
import { isListed } from "./listed.ts";

/** Mail that goes back to its sender although its recipient is valid: here, or at the home that took it. */
export const bounces = relayPart({
	name: "bounces",
	conditions: Object.values(conditions),

	create({ postfix: { hold, service }, run_dir }, { facts, identity, health, run, state }) {
		const tellRefused = facts.refused.own("bounces");
		const memory = state("bounces.json", returnsSchema);
		/** Of recipients in homes' own lists: refused outright, and refused for what is in the mail. */
		const refused = new Map<string, Returned>();
		const content = new Map<string, Returned>();
		/** What homes say that they sent back, by home. */
		const said = new Map<string, string[]>();
		const position = logPosition();
		let saved = "";
		/** Before that, what was remembered is not known yet. */
		let started = false;

		facts.homes.subscribe(() => {
			if (started) review();
		});

		const ownerOf = (recipient: string) => facts.homes.value?.byDomain.get(domainOf(recipient));
		const listed = (recipient: string) => {
			const home = ownerOf(recipient);
			return home !== undefined && isListed(facts.lists.value, home.id, recipient);
		};

		facts.logged.subscribe((delivery) => {
			if (listed(delivery.addressed) && position.takes(delivery.at)) take(delivery);
		});

		function take(delivery: Delivery): void {
			const known = isAboutContent(delivery) ? content : refused;
			if (!noteDelivery(known, delivery)) return;
			tell();
			save();
			const home = ownerOf(delivery.addressed);
			if (home) identity.renew(home.id);
		}

		function tell(): void {
			// What is held did not go back, and is told by who looks after it.
			const back = [...refused.values()].filter(({ held }) => !held);
			show(conditions.refusedListed, back);
			show(conditions.mailReturned, content.values());
			const first = [...firstReturns(refused.values()).values()];
			tellRefused(new Map(first.map(({ recipient }) => [ownerOf(recipient)?.id ?? "", recipient])));
		}

		function show(kind: typeof conditions.refusedListed, known: Iterable<Returned>): void {
			const details = ({ recipient, text }: Returned) => {
				const home = ownerOf(recipient)?.id ?? "";
				const { cause, advice } = reasonOf(text, { here: say`this relay`, there: say`the home ${home}` });
				return { home, recipient, text, cause, advice };
			};
			health.putAll(kind, new Map([...firstReturns(known)].map(([domain, one]) => [domain, details(one)])));
		}

		function review(): void {
			const now = Date.now();
			const ended = forgetReturned(refused, now, listed);
			if (forgetReturned(content, now, listed, DAY) || ended) tell();
			for (const [home, domains] of said) {
				if (registryOf(facts).homes.has(home)) continue;
				said.delete(home);
				for (const domain of domains) health.clear(conditions.homeReturns, domain);
			}
			save();
		}

		function save(): void {
			const fresh = { read: position.at, returned: [...refused.values()] };
			if (JSON.stringify(fresh) === saved) return;
			saved = JSON.stringify(fresh);
			void memory.write(fresh);
		}

		/** Takes what a home says that it sent back. */
		function heard({ id, domains: served }: Home, words: unknown): void {
			const { data } = returnsSaidSchema.safeParse(words);
			const told = new Map((data?.returned ?? []).map((one) => [domainOf(one.recipient), one]));
			const domains = served.filter((domain) => told.has(domain));
			for (const domain of said.get(id) ?? [])
				if (!domains.includes(domain)) health.clear(conditions.homeReturns, domain);
			said.set(id, domains);
			for (const domain of domains) {
				const { recipient, said: text } = told.get(domain)!;
				const { cause, advice } = reasonOf(text, { here: say`the home ${id}` });
				health.set(conditions.homeReturns, domain, { home: id, recipient, text, cause, advice });
			}
		}

		const holding =
			hold === undefined
				? undefined
				: createHolding({
						limit: hold,
						file: join(run_dir, "expire-mails"),
						homeOf: (address) => ownerOf(address)?.id,
						holds: async () => /= yes$/m.test(await run("postconf", ["-P", `${service}/unix/soft_bounce`])),
						...{ listQueue, flush: postfixFlush(run), health },
					});

		return {
			name: "bounces",
			ticks: [
				{ every: MINUTE, act: review },
				...(holding ? [{ every: holdingPause, act: holding.look }] : []),
			],
			commands: {
				async "let-go"(home) {
					if (!holding) return say`no mail is held: postfix.hold is not set in relay.toml`;
					const { mails, stay } = await holding.release(home);
					if (mails === 0 && stay > 0)
						return say`no mail goes back: what is held for the home ${home} waits for recipients elsewhere too, and Postfix would send it back for all of them`;
					if (mails === 0) return say`no mail is held for a home "${home}"`;
					return mails === 1
						? say`1 mail for the home ${home} goes back now, unless the home takes it after all`
						: say`${mails} mails for the home ${home} go back now, unless the home takes them after all`;
				},
			},
			checkin: {
				own(home, words) {
					heard(home, words);
					return returnsTold(
						[...refused.values()].filter(({ recipient }) => ownerOf(recipient)?.id === home.id),
					);
				},
			},
			async start() {
				const remembered = await memory.read();
				started = true;
				if (!remembered) return;
				position.resume(remembered.read);
				for (const one of remembered.returned) refused.set(one.recipient, one);
				tell();
			},
			stop() {
				holding?.stop();
				save();
				memory.stop();
			},
		};
	},

	cli(program, { configOption, ask, end }) {
		program
			.command("let-go")
			.description("sends mail back to its senders that is held for a home which refuses it (postfix.hold)")
			.argument("<home>", "the home's id")
			.option(...configOption)
			.action((home: string, { config }: { config: string }) => end(ask(config, "let-go", home)));
	},
});
