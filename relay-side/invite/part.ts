import { join } from "node:path";
import { z } from "zod";
import { familyOf } from "../../shared/address.ts";
import { portSchema } from "../../shared/config.ts";
import { portTrouble } from "../../shared/port-holder.ts";
import { publicKeyOf } from "../../shared/protocol/keys.ts";
import { MINUTE } from "../../shared/time.ts";
import { relayPart } from "../part.ts";
import { createAnswers } from "./answers.ts";
import { invitationBook } from "./book.ts";
import { inviteCommands } from "./commands.ts";
import * as conditions from "./conditions.ts";
import { createDoor } from "./door.ts";
import { endpointSchema } from "./endpoint.ts";
import { listenForEnrolments } from "./listener.ts";
import { inviteOrders } from "./orders.ts";
import { createReview } from "./review.ts";
import { type InvitationStatus, invitationRows, invitationStatus } from "./status.ts";
import { invitationStore } from "./store.ts";

const inviteShape = {
	invite: z
		.strictObject({
			/** Where homes find this relay from outside. */
			endpoint: endpointSchema.optional(),
			port: portSchema.default(8688),
		})
		.prefault({}),
};

/** Ports of other parts, which a home must know: the whole file has been read by now. */
function portsOf(config: object): { pulse: { port: number }; checkin: { port: number } } {
	return config as ReturnType<typeof portsOf>;
}

/** Homes that join by a code: the way in for each, and the key that came by it. */
export const invite = relayPart({
	name: "invite",
	config: inviteShape,
	conditions: Object.values(conditions),
	review(config, complain) {
		const { port } = config.invite;
		if (port === portsOf(config).checkin.port)
			complain(["invite", "port"], `expected another port than checkin.port, got ${port}`);
	},

	create(config, context) {
		const { invite, tunnel, state_dir } = config;
		const { endpoint, port } = invite;
		const { facts, key, run, health, log, identity } = context;
		const { addresses, networks } = tunnel;
		const relay = addresses.find((address) => familyOf(address) === 4) ?? addresses[0]!;
		const store = invitationStore(join(state_dir, "invites"), log);
		const tellInvitations = facts.invitations.own("invite");
		const book = invitationBook({ store, log, onChange: () => changed() });
		const door = createDoor({
			...{ book, store, facts, relay, port, health, tunnel: tunnel.interface },
			guardAnew: context.guardAnew,
			listen: () =>
				listenForEnrolments({
					...{ address: relay, port, answer },
					isEnrolling: (from) => door.at(from) !== undefined,
					onTrouble: portTrouble({
						...{ run, health },
						taken: conditions.invitePortTaken,
						failing: conditions.inviteFailing,
					}),
				}),
		});
		const { pulse, checkin } = portsOf(config);
		const answer = createAnswers({
			...{ book, facts, health, log, privateKey: key.privateKey },
			at: door.at,
			told: { pulsePort: pulse.port, checkinPort: checkin.port, mtu: tunnel.mtu },
		});
		const review = createReview({ book, facts, identity, health });

		function tell(): void {
			tellInvitations({
				of(id, home) {
					const record = book.records.get(id);
					if (record?.home !== home) return undefined;
					const { publicKey } = record;
					if (publicKey === undefined) return "open";
					return { publicKey, presharedKeyFile: store.keyFile(id, "home") };
				},
			});
		}

		function changed(): void {
			tell();
			door.review();
			review.look();
			context.statusChanged();
		}

		tell();
		facts.homes.subscribe(() => {
			door.review();
			review.look();
		});
		facts.peers.subscribe(door.review);
		facts.presence.subscribe((home, now) => {
			if (now?.here) review.heard(home);
		});
		return {
			name: "invite",
			guard: door.guard,
			ticks: [{ every: MINUTE, act: review.age }],
			commands: {
				...inviteOrders({
					...{ book, door, facts, endpoint },
					tunnel: { addresses, networks, listenPort: tunnel.listen_port },
					relayKey: publicKeyOf(key.privateKey),
					enrolPort: port,
				}),
				invites: async () => JSON.stringify([...book.records.values()].map(invitationStatus)),
			},
			status: () => ({ invitations: [...book.unsettled()].map(invitationStatus) }),
			async start() {
				await book.load();
				// Before what ran out while nobody looked is over: its peer of before may still be there.
				door.prepare();
				await book.age();
			},
			serve: () => door.open(),
			async stop() {
				door.stop();
				await book.settled();
			},
		};
	},

	rows: (status) => invitationRows((status as { invitations?: InvitationStatus[] }).invitations ?? []),
	cli: inviteCommands,
});
