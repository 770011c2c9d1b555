import { createDuty } from "../../shared/duty.ts";
import { messageOf } from "../../shared/errors.ts";
import { watchMilters } from "../../shared/postfix/milters.ts";
import {
	type DeliveryStatus,
	deliveryStatus,
	notKnown,
	proofOf,
	proofsOf,
} from "../../shared/postfix/verdict.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import { watchFiles } from "../../shared/watch-files.ts";
import { registryOf } from "../facts.ts";
import { relayPart } from "../part.ts";
import * as conditions from "./conditions.ts";
import { judge, type RelayFindings } from "./judge.ts";
import { lookAtPostfix } from "./look.ts";
import { smtpdOf } from "./services.ts";

/** For a hundred thousand domains, each asked of a few tables. */
const longestLook = MINUTE;

/** The safety net for what no event told: the files' times are looked at, and nothing is read unless they changed. */
const safetyNet = 5 * MINUTE;

/** Milliseconds for changes of homes and routes to gather; after a long look so many times its length. */
const gather = SECOND;
const restShare = 20;

/** No file changes when Postfix is restarted: where it listens is looked at again while that is wrong. */
const lookAgain = 10 * SECOND;

/** Where Postfix's files are until it has told. */
const usualFiles = ["/etc/postfix/main.cf", "/etc/postfix/master.cf"];

/** What Postfix's own configuration says of mail for the homes, and from them: looked at whenever it changes. */
export const delivery = relayPart({
	name: "delivery",
	conditions: Object.values(conditions),
	programs: ["postmap", "postconf"],

	create({ postfix: { service }, tunnel }, { facts, run, health, log, statusChanged }) {
		const tell = facts.delivery.own("delivery");
		const tellChange = facts.settingsChanges.own("delivery");
		let changes = 0;
		let lookTook = 0;
		let timer: NodeJS.Timeout | undefined;
		let serving = false;

		const files = watchFiles({
			onChange() {
				changes += 1;
				tellChange(changes);
				duty.poke(undefined, { urgent: true });
			},
			log,
		});

		// A home's route is there a moment after the home.
		const routes = watchFiles({ onChange: lookSoon, log });

		const duty = createDuty({
			name: "delivery",
			deadline: longestLook,
			allowed: () => serving,
			async run() {
				const began = performance.now();
				const maps = facts.maps.value!;
				const domains = [...registryOf(facts).homes.values()].flatMap((home) => home.domains);
				const look = await lookAtPostfix({
					run,
					domains,
					lacking: facts.lackingSettings.value ?? [],
					transport: maps.reference("transport"),
					onFiles: (found) => files.follow(found),
				}).catch((error) => {
					tell(notKnown(messageOf(error), domains));
					throw error;
				});
				const { findings, delivery: found } = await judge(look, {
					service,
					transport: maps.reference("transport"),
					relayDomains: maps.reference("relay_domains"),
					recipients: maps.reference("relay_recipients"),
					tunnel: tunnel.addresses,
				});
				milters.seen(look);
				show(findings);
				tell(found);
				statusChanged();
				lookTook = performance.now() - began;
			},
			failing: conditions.notLooked,
			health,
			log,
		});

		const milters = watchMilters({
			run,
			serviceOf: smtpdOf,
			onChange: () => duty.poke(undefined, { urgent: true }),
		});

		/** For what changes again and again: homes come and go, and routes with them. */
		function lookSoon(): void {
			timer ??= setTimeout(
				() => {
					timer = undefined;
					duty.poke();
				},
				Math.max(gather, lookTook * restShare),
			);
		}

		function show(findings: RelayFindings): void {
			const { own, broken, incoming, outgoing, overridden, service: changed } = findings;
			health.putAll(conditions.ownDomain, new Map(own.map((one) => [one.list, one])));
			health.putAll(conditions.tableBroken, new Map(broken.map((one) => [one.table, one])));
			health.putAll(conditions.overridden, new Map(overridden.map((one) => [one.key, one])));
			health.putAll(conditions.milterAway, new Map(findings.milters.map((one) => [one.milter, one])));
			health.put(conditions.recipientsNotAsked, "", findings.recipientsNotAsked);
			health.put(conditions.serviceChanged, service, changed.length > 0 ? { settings: changed } : undefined);
			// Where nothing comes in at all, that says it for the homes' mail too.
			const deaf = incoming.is === "no" ? incoming : outgoing.is === "no" ? outgoing : undefined;
			health.put(conditions.notListening, "", deaf && { ...deaf, incoming: incoming.is === "no" });
		}

		facts.homes.subscribe(({ changedDomains }) => {
			if (changedDomains.size > 0) lookSoon();
		});
		facts.lackingSettings.subscribe(() => duty.poke());

		return {
			name: "delivery",
			duties: () => [duty],
			ticks: [
				{ every: safetyNet, act: files.look },
				{ every: safetyNet, act: routes.look },
				{ every: lookAgain, act: () => health.has(conditions.notListening) && duty.poke() },
				{ every: lookAgain, act: milters.look },
			],
			status: (): DeliveryStatus => deliveryStatus(facts.delivery.value),
			proof: () => {
				const { outgoing } = proofsOf(facts.delivery.value);
				return { outgoing };
			},
			homeProof: ({ domains }) => ({ incoming: proofOf(facts.delivery.value, domains) }),
			async start() {
				await files.follow(usualFiles);
			},
			serve() {
				serving = true;
				void routes.follow([facts.maps.value!.file("transport")]);
				duty.poke();
			},
			stop() {
				clearTimeout(timer);
				files.stop();
				routes.stop();
			},
		};
	},
});
