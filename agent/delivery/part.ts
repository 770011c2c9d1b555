import { CommandError } from "../../shared/command.ts";
import { createDuty } from "../../shared/duty.ts";
import { messageOf } from "../../shared/errors.ts";
import { servicesAt } from "../../shared/postfix/listening.ts";
import { watchMilters } from "../../shared/postfix/milters.ts";
import { type DeliveryStatus, deliveryStatus, notKnown, proofsOf } from "../../shared/postfix/verdict.ts";
import type { CheckinAnswer } from "../../shared/protocol/checkin.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import { watchFiles } from "../../shared/watch-files.ts";
import { agentPart } from "../part.ts";
import * as conditions from "./conditions.ts";
import { type Home, type HomeFindings, judge } from "./judge.ts";
import { lookAtPostfix } from "./look.ts";

/** A few tables, of which one may be on a database server that is long in answering. */
const longestLook = MINUTE;

/** The safety net for what no event told: the files' times are looked at, and nothing is read unless they changed. */
const safetyNet = 5 * MINUTE;

/** No file changes when Postfix is restarted: where it listens is looked at again while that is wrong. */
const lookAgain = 10 * SECOND;

/** Where Postfix's files are until it has told. */
const usualFiles = ["/etc/postfix/main.cf", "/etc/postfix/master.cf"];

/** What Postfix's own configuration says of mail for this home, and from it: looked at whenever it changes. */
export const delivery = agentPart({
	name: "delivery",
	conditions: Object.values(conditions),

	create({ relays, tunnel, mail }, { facts, run, health, log, statusChanged }) {
		const tell = facts.delivery.own("delivery");
		const tellChange = facts.settingsChanges.own("delivery");
		let changes = 0;
		let routed: Pick<CheckinAnswer, "domains" | "destination"> = { domains: [] };

		const files = watchFiles({
			onChange() {
				changes += 1;
				tellChange(changes);
				duty.poke(undefined, { urgent: true });
			},
			log,
		});

		const home = (): Home => ({
			domains: [...new Set([...(mail?.domains ?? []), ...routed.domains])],
			recipients: facts.recipients.value ?? new Map(),
			own: tunnel.addresses,
			destination: routed.destination ?? { address: tunnel.addresses[0]!, port: 25 },
			relays: relays[0]!.addresses,
			throughRelay: mail?.outgoing !== "other",
		});

		const duty = createDuty({
			name: "delivery",
			deadline: longestLook,
			async run() {
				const now = home();
				const lacking = facts.lackingSettings.value ?? [];
				const onFiles = (found: readonly string[]) => files.follow(found);
				const look = await lookAtPostfix({ run, home: now, lacking, onFiles }).catch((error) => {
					tell(notKnown(messageOf(error), now.domains));
					// Another mail server than Postfix is none of our business.
					if (error instanceof CommandError && error.missing) return undefined;
					throw error;
				});
				if (!look) return;
				milters.seen(look);
				const judged = await judge(look, now);
				show(judged.findings, look.configuration.directory, now);
				tell(judged.delivery);
				statusChanged();
			},
			failing: conditions.notLooked,
			health,
			log,
		});

		const milters = watchMilters({
			run,
			serviceOf: (configuration) => servicesAt(configuration, home().destination.port)[0],
			onChange: () => duty.poke(undefined, { urgent: true }),
		});

		function show(findings: HomeFindings, directory: string, { domains, relays: [relay] }: Home): void {
			const { incoming, unknown, refused, broken, past, bound, trusted } = findings;
			const all = (some: readonly string[]) => some.length === domains.length;
			health.put(
				conditions.domainUnknown,
				"",
				unknown.length > 0 ? { domains: unknown, all: all(unknown), directory } : undefined,
			);
			health.putAll(
				conditions.recipientsRefused,
				new Map([...refused].map(([list, one]) => [list, { ...one, all: all(one.domains) }])),
			);
			health.putAll(conditions.tableBroken, broken);
			health.putAll(conditions.milterAway, new Map(findings.milters.map((one) => [one.milter, one])));
			health.putAll(conditions.pastRelay, new Map(past.map((one) => [one.by, one])));
			health.put(conditions.notListening, "", incoming.is === "no" ? incoming : undefined);
			health.put(conditions.boundElsewhere, "", bound === undefined ? undefined : { bound });
			health.put(conditions.relayTrusted, "", trusted ? { relay: relay! } : undefined);
		}

		facts.recipients.subscribe(() => duty.poke());
		facts.lackingSettings.subscribe(() => duty.poke());

		return {
			name: "delivery",
			duties: () => [duty],
			ticks: [
				{ every: safetyNet, act: files.look },
				{ every: lookAgain, act: () => health.has(conditions.notListening) && duty.poke() },
				{ every: lookAgain, act: milters.look },
			],
			checkin: {
				heard({ domains, destination }) {
					const before = JSON.stringify(routed);
					routed = { domains, ...(destination ? { destination } : {}) };
					if (JSON.stringify(routed) !== before) duty.poke(undefined, { urgent: true });
				},
			},
			status: (): DeliveryStatus => deliveryStatus(facts.delivery.value),
			proof: () => proofsOf(facts.delivery.value),
			async start() {
				await files.follow(usualFiles);
				duty.poke();
			},
			stop: files.stop,
		};
	},
});
