import { logPosition } from "../../shared/postfix/log-position.ts";
import { reasonOf } from "../../shared/postfix/reason.ts";
import {
	firstReturns,
	forgetReturned,
	noteDelivery,
	type Returned,
	returnsSchema,
} from "../../shared/postfix/returned.ts";
import { returnsTold } from "../../shared/postfix/returns-told.ts";
import { returnsSaidSchema } from "../../shared/protocol/bounces.ts";
import { MINUTE } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";
import { agentPart } from "../part.ts";
import * as conditions from "./conditions.ts";

/** Mail for this home that goes back to its sender: from here, after it was taken, or from the relay, which was refused. */
export const bounces = agentPart({
	name: "bounces",
	conditions: Object.values(conditions),

	create({ mail }, { facts, health, state }) {
		const memory = state("bounces.json", returnsSchema);
		const returned = new Map<string, Returned>();
		/** The domains that are ours, as the relay or the configuration says; undefined while neither does. */
		let domains: readonly string[] | undefined = mail?.domains;
		const position = logPosition();
		let saved = "";
		let wantCheckin = () => {};

		const isOurs = (recipient: string) =>
			domains === undefined || domains.includes(recipient.slice(recipient.lastIndexOf("@") + 1));

		facts.logged.subscribe((delivery) => {
			if (!isOurs(delivery.addressed.toLowerCase()) || !position.takes(delivery.at)) return;
			// Where the list of recipients is not complete, an unknown user's mail goes back as it should.
			const unknown = reasonOf(delivery.text, { here: "" }).kind === "user_unknown";
			if (unknown && !facts.valid.value?.has(delivery.addressed)) return;
			if (!noteDelivery(returned, delivery)) return;
			tell();
			save();
			wantCheckin();
		});

		function tell(): void {
			show(
				conditions.returnedHere,
				[...firstReturns(returned.values())].map(([domain, { recipient, text }]) => ({
					...{ domain, recipient, text },
				})),
			);
		}

		function show(
			kind: typeof conditions.relayReturns,
			told: ReadonlyArray<{ domain: string; recipient: string; text: string; held?: boolean | undefined }>,
		): void {
			const machines =
				kind === conditions.relayReturns
					? { here: say`the relay`, there: say`this home` }
					: { here: say`this home` };
			const details = told.map(({ domain, recipient, text, held }) => {
				const { cause, advice } = reasonOf(text, machines);
				return [domain, { recipient, text, cause, advice, held }] as const;
			});
			health.putAll(kind, new Map(details));
		}

		function review(): void {
			if (forgetReturned(returned, Date.now(), isOurs)) tell();
			save();
		}

		function save(): void {
			const fresh = { read: position.at, returned: [...returned.values()] };
			if (JSON.stringify(fresh) === saved) return;
			saved = JSON.stringify(fresh);
			void memory.write(fresh);
		}

		return {
			name: "bounces",
			ticks: [{ every: MINUTE, act: review }],
			checkin: {
				own: () => returnsTold(returned.values()),
				heard: (answer) => {
					domains = answer.domains;
				},
				heardOwn(answer) {
					const { data } = returnsSaidSchema.safeParse(answer);
					show(
						conditions.relayReturns,
						(data?.returned ?? []).map(({ recipient, said, held }) => ({
							domain: recipient.slice(recipient.lastIndexOf("@") + 1),
							recipient,
							text: said,
							held,
						})),
					);
				},
				subscribe(listener) {
					wantCheckin = () => listener();
				},
			},
			async start() {
				const remembered = await memory.read();
				if (!remembered) return;
				position.resume(remembered.read);
				for (const one of remembered.returned) returned.set(one.recipient, one);
				tell();
			},
			stop() {
				save();
				memory.stop();
			},
		};
	},
});
