import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { type Address, type Cidr, inNetwork } from "../../shared/address.ts";
import {
	addressSchema,
	cidrSchema,
	hostnameSchema,
	portSchema,
	publicKeySchema,
} from "../../shared/config.ts";
import { HeimwegError } from "../../shared/errors.ts";
import { canInvite } from "../../shared/invitation/code.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";
import type { RelayFacts } from "../facts.ts";
import type { InvitationBook } from "./book.ts";
import type { Door } from "./door.ts";
import { enrolmentSchema, homePattern, idPattern } from "./record.ts";
import { freeAddresses, freeSlot } from "./room.ts";

/** What the command line tells the daemon of a new invitation. */
export const openOrderSchema = z.object({
	id: z.string().regex(idPattern),
	home: z.string().regex(homePattern),
	domains: z.array(hostnameSchema),
	/** Whether the home has a file already, whose addresses stay. */
	again: z.boolean(),
	keys: enrolmentSchema.omit({ address: true, slot: true }),
});
export type OpenOrder = z.infer<typeof openOrderSchema>;

/** What it says of it: all that a code and a home's file need. */
export const openedSchema = z.object({
	slot: z.int(),
	relayKey: publicKeySchema,
	relayAddresses: z.array(addressSchema),
	networks: z.array(cidrSchema),
	host: z.string(),
	port: portSchema,
	enrolPort: portSchema,
	/** Free ones for the home. */
	addresses: z.array(addressSchema),
});
export type Opened = z.infer<typeof openedSchema>;

/** The same for a home whose key is known. */
export const roomOrderSchema = z.object({
	home: z.string().regex(homePattern),
	domains: z.array(hostnameSchema),
});

/** How long it may take until WireGuard has the peer of a new invitation, and a removed home is no longer served. */
const standsWithin = 15 * SECOND;
const goneWithin = 25 * SECOND;
const lookEvery = 50;

/** How long addresses are kept for a home whose file is not there yet. */
const reservedFor = 1 * MINUTE;

export interface OrderOptions {
	book: InvitationBook;
	door: Door;
	facts: Pick<RelayFacts, "homes" | "peers" | "waiting">;
	tunnel: { addresses: readonly Address[]; networks: readonly Cidr[]; listenPort: number };
	relayKey: string;
	enrolPort: number;
	/** Where homes find us from outside; undefined when relay.toml does not say. */
	endpoint: { host: string; port: number | undefined } | undefined;
	now?: () => number;
}

/** What the command line has the daemon do, by name; the owner's files are written there, as root, and never here. */
export function inviteOrders(options: OrderOptions): Record<string, (argument: string) => Promise<string>> {
	const { book, door, facts, tunnel } = options;
	const now = options.now ?? (() => performance.now());
	const reserved = new Map<string, { addresses: Address[]; until: number }>();
	/** Our addresses, in the order of a code, with the networks that they lie in. */
	const inside = [...tunnel.addresses]
		.sort((a, b) => Number(a.includes(":")) - Number(b.includes(":")))
		.flatMap((address) => {
			const network = tunnel.networks.find((candidate) => inNetwork(address, candidate));
			return network === undefined ? [] : [{ address, network }];
		});
	const networks = inside.map(({ network }) => network);

	function room(home: string, domains: readonly string[]): Address[] {
		refuseTaken(home, domains);
		for (const [id, { until }] of reserved) if (until < now()) reserved.delete(id);
		const taken = takenAddresses(home);
		for (const [id, { addresses }] of reserved) if (id !== home) for (const one of addresses) taken.add(one);
		const addresses = freeAddresses(networks, taken);
		reserved.set(home, { addresses, until: now() + reservedFor });
		return addresses;
	}

	function takenAddresses(home: string): Set<Address> {
		const { registry, at } = facts.homes.value!;
		const invited = [...registry.invited.values()].filter(({ id }) => id !== home);
		return new Set([
			...tunnel.addresses,
			...at.keys(),
			...door.guarded(),
			...invited.flatMap(({ addresses }) => addresses),
		]);
	}

	function refuseTaken(home: string, domains: readonly string[]): void {
		const { registry, byDomain } = facts.homes.value!;
		for (const domain of domains) {
			const invited = [...registry.invited.values()].find((one) => one.domains.includes(domain));
			const holder = byDomain.get(domain)?.id ?? invited?.id;
			if (holder !== undefined && holder !== home)
				throw new HeimwegError(`${domain} is ${holder}'s: expected a domain that no other home has`, {
					remedy: `take it out of homes.d/${holder}.toml first, if it shall move`,
				});
		}
	}

	async function until(what: () => boolean, within: number): Promise<boolean> {
		const end = performance.now() + within;
		while (!what()) {
			if (performance.now() > end) return false;
			await sleep(lookEvery);
		}
		return true;
	}

	return {
		"invite-open": async (argument) => {
			const { id, home, domains, again, keys } = openOrderSchema.parse(JSON.parse(argument));
			const { endpoint } = options;
			if (!endpoint)
				throw new HeimwegError("relay.toml does not say where homes find this relay from outside", {
					remedy:
						'add [invite] with endpoint = "NAME" to relay.toml, the relay\'s public name or address, and run "systemctl reload heimweg-relay"',
				});
			if (!canInvite(networks))
				throw new HeimwegError(`no invitation can be made in ${networks.join(" and ")}`, {
					remedy: "choose a network from /8 to /30, or IPv6 from /16 to /126; or use heimweg-relay admit",
				});
			const addresses = again ? [] : room(home, domains);
			if (again) refuseTaken(home, domains);
			// All that are open count, also one that is about to be ended: its peer may still be there.
			const slots = new Set(book.live().map(({ enrolment }) => enrolment.slot));
			const taken = new Set([...takenAddresses(home), ...addresses]);
			const { slot, address } = freeSlot(networks[0]!, { slots, addresses: taken });
			await book.open(id, home, { ...keys, slot, address });
			const opened: Opened = {
				slot,
				relayKey: options.relayKey,
				relayAddresses: inside.map((one) => one.address),
				networks,
				host: endpoint.host,
				port: endpoint.port ?? tunnel.listenPort,
				enrolPort: options.enrolPort,
				addresses,
			};
			return JSON.stringify(opened);
		},

		/** The home's file names it: the earlier ones of this home are over, and it can be used. */
		"invite-stands": async (id) => {
			const record = book.records.get(id);
			if (!record) throw new HeimwegError("there is no such invitation");
			const { home } = record;
			const publicKey = record.enrolment?.publicKey ?? "";
			const stands = () => door.at(record.enrolment!.address)?.id === id && facts.peers.value?.has(publicKey);
			if (!(await until(() => Boolean(stands()), standsWithin)))
				throw new HeimwegError(`the invitation of ${home} is not ready after ${standsWithin / SECOND} s`, {
					remedy: `run "heimweg-relay status", and mend what it says; then run "heimweg-relay invite ${home} --again"`,
				});
			await book.forget(earlier(home, id));
			return "ready";
		},

		"invite-room": async (argument) => {
			const { home, domains } = roomOrderSchema.parse(JSON.parse(argument));
			return JSON.stringify(room(home, domains));
		},

		/** Whether the home may go now: with mail that waits it would have to wait for ever. */
		"invite-may-remove": async (home) => {
			const waiting = facts.waiting.value;
			if (!waiting)
				throw new HeimwegError(`it is not known yet whether mail waits here for ${home}`, {
					remedy: `run it again in a minute; if it says the same, see what "heimweg-relay status" says of Postfix's queue`,
				});
			if (!waiting.has(home)) return "yes";
			throw new HeimwegError(
				`mail waits here for ${home}, and would go back to its senders after some days`,
				{
					remedy: `let the home take it first, or run "heimweg-relay remove ${home} --force"`,
				},
			);
		},

		/** The home's file is gone: says so when the home is no longer served, and forgets its invitations. */
		"invite-gone": async (home) => {
			const gone = () => {
				const { registry } = facts.homes.value!;
				return !registry.homes.has(home) && !registry.invited.has(home);
			};
			if (!(await until(gone, goneWithin)))
				throw new HeimwegError(`${home} is still served, although its file is gone`, {
					remedy: 'run "heimweg-relay status": it may wait for "heimweg-relay accept-removals"',
				});
			await book.forget(earlier(home));
			return say`${home} is no longer served; mail for its domains is refused, and none goes back`;
		},
	};

	function earlier(home: string, but?: string): string[] {
		return [...book.records.values()]
			.filter((one) => one.home === home && one.id !== but)
			.map(({ id }) => id);
	}
}
