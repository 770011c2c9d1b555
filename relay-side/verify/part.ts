import type { Address } from "../../shared/address.ts";
import { domainOfRecipient, type Recipient } from "../../shared/recipient.ts";
import { SECOND } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";
import { type Home, registryOf } from "../facts.ts";
import { relayPart } from "../part.ts";
import { domainOf } from "../postfix/queue.ts";
import { asking, type Verdict } from "./ask.ts";
import * as conditions from "./conditions.ts";
import { createVerify } from "./verify.ts";

/** Whether mail for each home would get there, as Postfix itself finds without a mail. */
export const verify = relayPart({
	name: "verify",
	conditions: Object.values(conditions),
	programs: ["sendmail"],

	create(_, { facts, run, health }) {
		const homeOf = (id: string) => registryOf(facts).homes.get(id);
		const found = new Map<string, { at: string; verdict: Verdict }>();
		const questions = createVerify({
			homes: () => registryOf(facts).homes.keys(),
			question(id) {
				const home = homeOf(id);
				const here = facts.presence.all.get(id)?.here;
				const recipient = home && here ? someRecipient(home) : undefined;
				if (!home || !recipient) return undefined;
				const told = facts.refused.value?.has(id) ?? false;
				return { recipient, address: home.addresses[0]!, key: home.publicKey, told };
			},
			ask: asking({ run, subscribe: facts.logged.subscribe }),
			onVerdict(home, verdict) {
				found.set(home, { at: new Date().toISOString(), verdict });
				facts.verified.own(home, "verify")({ at: new Date(), yes: verdict.is === "yes" });
			},
			health,
		});

		/** One that the home was seen to refuse, else any of its list. */
		function someRecipient(home: Home): Recipient | undefined {
			const list = facts.lists.value?.of(home.id)?.list;
			const refused = facts.refused.value?.get(home.id) as Recipient | undefined;
			if (!list || refused) return list && refused;
			for (const recipient of list)
				if (!recipient.startsWith("@") && home.domains.includes(domainOfRecipient(recipient)))
					return recipient;
			return undefined;
		}

		facts.homes.subscribe(({ registry, changedHomes }) => {
			for (const home of found.keys()) if (!registry.homes.has(home)) found.delete(home);
			questions.changed(changedHomes);
		});
		facts.logged.subscribe(({ status, relay, to }) => {
			if (status !== "sent") return;
			const address = /\[([^\]]+)\]/.exec(relay)?.[1];
			const home = address === undefined ? undefined : facts.homes.value?.at.get(address as Address);
			if (home?.domains.includes(domainOf(to))) questions.delivered(home.id);
		});
		facts.presence.subscribe((home, now, before) => {
			if (now?.here && before && !before.here) questions.changed([home]);
		});
		facts.mapChanges.subscribe(() => questions.changed());
		facts.settingsChanges.subscribe(() => questions.changed());
		facts.refused.subscribe((now, before) => {
			questions.changed([...now.keys()].filter((home) => now.get(home) !== before?.get(home)));
		});
		return {
			name: "verify",
			ticks: [{ every: 2 * SECOND, act: questions.look }],
			reverify: () => questions.changed(),
			homeStatus: ({ id }) => ({ verified: found.get(id) }),
			commands: {
				async verify(id) {
					if (!homeOf(id)) return say`no home "${id}" is served`;
					return sentence(id, await questions.askNow(id));
				},
			},
			stop: questions.stop,
		};
	},

	cli(program, { configOption, ask, end }) {
		program
			.command("verify")
			.description("has Postfix ask a home, without a mail, whether it would take one")
			.argument("<home>", "the home's id")
			.option(...configOption)
			.action((home: string, { config }: { config: string }) => end(ask(config, "verify", home)));
	},
});

function sentence(home: string, verdict: Verdict): string {
	switch (verdict.is) {
		case "yes":
			return say`the home ${home} would take mail: Postfix went there through the tunnel, and it said yes`;
		case "refused":
			return say`the home ${home} would refuse mail, and it would go back to its sender: ${verdict.text}`;
		case "deferred":
			return say`mail for the home ${home} would wait here: ${verdict.text}`;
		case "elsewhere":
			return say`mail for the home ${home} would not go into the tunnel, but by ${verdict.relay}`;
		case "unknown":
			return say`whether the home ${home} would take mail is not known: ${verdict.error}`;
	}
}
