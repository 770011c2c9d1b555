import { setTimeout as sleep } from "node:timers/promises";
import { runCommand } from "../../shared/command.ts";
import type { StatusRow } from "../../shared/part.ts";
import { recipientBytes, recipientsPath } from "../../shared/protocol/recipients.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import { agentPart } from "../part.ts";
import { askRelay } from "../relay/client.ts";
import * as conditions from "./conditions.ts";
import { recipientsShape, reviewRecipients } from "./config.ts";
import { someRecipients } from "./document.ts";
import { userdbSettings } from "./doveadm.ts";
import { createRecipients, type Recipients } from "./push.ts";
import { recipientsCommand } from "./run.ts";
import { watchRecipients } from "./watch.ts";

/** Until the relay has put a list to use. */
const settledSoon = 2 * SECOND;

/** For the first look at the file of recipients. */
const firstLookPatience = 2 * SECOND;

/** For a long list of recipients over a slow line. */
const listPatience = 2 * MINUTE;

/** What the status has of it: the valid recipients of the domains that the relay routes to us. */
export interface RecipientsStatus {
	recipients?: ReturnType<Recipients["state"]>;
}

/** The valid recipients of this home: who they are, and that the relay knows them. */
export const recipients = agentPart({
	name: "recipients",
	config: recipientsShape,
	review: reviewRecipients,
	conditions: Object.values(conditions),

	create({ recipients: config, relays }, { facts, health, log }) {
		if (!config) return undefined;
		const { host } = relays[0]!.endpoint;
		const relay = () => facts.relays.all.get(host);
		/** The first check-in waits for the first look: "not known yet" would open the relay to any name. */
		let looked = false;
		let wantCheckin = (_after?: number) => {};
		const list = createRecipients({
			port: () => relay()!.port,
			send: (push, signal) =>
				askRelay(relay()!.port, recipientsPath, push, {
					signal,
					patience: listPatience,
					limit: recipientBytes,
				}),
			delimiter: config.delimiter,
			file: config.list,
			tunnelUp: () => relay()?.up ?? false,
			onReport: () => wantCheckin(),
			onWhole: () => wantCheckin(settledSoon),
			health,
			log,
		});
		const tellSome = facts.recipients.own("recipients");
		facts.valid.own("recipients")({ has: list.has });
		const file = watchRecipients({
			path: config.list,
			onDocument(document) {
				list.seenDocument(document);
				tellSome(document ? someRecipients(document) : new Map());
			},
			onLooked: list.seenLook,
			health,
		});
		return {
			name: "recipients",
			duties: () => [list.duty],
			ticks: [{ every: MINUTE, act: file.look }],
			checkin: {
				report: () => ({ recipients: list.report() }),
				ready: () => looked,
				heard: (answer) => list.heard(answer),
				subscribe(listener) {
					wantCheckin = listener;
				},
			},
			status: (): RecipientsStatus => ({ recipients: list.state() }),
			async start() {
				file.start();
				// Whatever lies there must not keep the agent from starting, nor from checking in for long.
				const patience = sleep(firstLookPatience, undefined, { ref: false });
				void Promise.race([file.look(), patience]).then(() => {
					looked = true;
					wantCheckin();
				});
			},
			stop: file.stop,
		};
	},

	rows(status): StatusRow[] {
		const known = (status as RecipientsStatus).recipients;
		if (!known) return [];
		if (known.recipients === 0 && !known.onRelay)
			return [{ place: 50, name: "", text: "no valid recipients to tell it of yet" }];
		const count = known.recipients === 1 ? "1 valid recipient" : `${known.recipients} valid recipients`;
		const text = known.onRelay ? `knows our ${count}` : `does not know our ${count} yet`;
		return [{ place: 50, name: "", text }];
	},

	cli(program, { configOption, load, end }) {
		program
			.command("recipients")
			.description(
				"asks every source in [recipients] who the valid recipients are; exits 1 when one cannot be listed",
			)
			.option(...configOption)
			.option("--list", "print the recipients themselves")
			.option(
				"--write",
				"write the file that the daemon reads; the unit heimweg-recipients.service does that",
			)
			.option("--dovecot", "print what lets Dovecot list its users to the unit (doveadm = true)")
			.action(
				async ({
					config,
					list = false,
					write = false,
					dovecot = false,
				}: {
					config: string;
					list?: boolean;
					write?: boolean;
					dovecot?: boolean;
				}) => {
					if (dovecot) {
						process.stdout.write(userdbSettings);
						return;
					}
					const deps = { run: runCommand, out: process.stdout, err: process.stderr, now: new Date() };
					await end((async () => recipientsCommand(await load(config), { list, write }, deps))());
				},
			);
	},
});
