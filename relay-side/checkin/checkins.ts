import type { Address } from "../../shared/address.ts";
import type { RunCommand } from "../../shared/command.ts";
import type { Health } from "../../shared/health.ts";
import type { Metrics } from "../../shared/metrics.ts";
import { portTrouble } from "../../shared/port-holder.ts";
import { deriveBearer } from "../../shared/protocol/bearer.ts";
import type { Checkin, CheckinAnswer } from "../../shared/protocol/checkin.ts";
import { SECOND } from "../../shared/time.ts";
import { version } from "../../shared/version.ts";
import type { Home } from "../homes/home.ts";
import type { Registry } from "../homes/registry.ts";
import { homeAway } from "../pulse/conditions.ts";
import type { Identity } from "../pulse/identity.ts";
import type { PresenceBook } from "../pulse/presence.ts";
import type { RecipientsKeeper } from "../recipients/keeper.ts";
import { addressDiffers, checkinPortTaken, checkinServing } from "./conditions.ts";
import { type CheckinServer, serveCheckins } from "./server.ts";

export interface CheckinsOptions {
	addresses: readonly Address[];
	port: number;
	/** The relay's own WireGuard key. */
	privateKey: string;
	homeAt(address: Address): Home | undefined;
	identity: Identity;
	registry(): Registry;
	presence: PresenceBook;
	lists: RecipientsKeeper;
	/** What waits for a home, as the answer tells it. */
	waiting(home: string): CheckinAnswer["waiting"];
	run: RunCommand;
	health: Health;
	metrics: Metrics;
}

export interface Checkins extends CheckinServer {
	/** The last check-in of a home. */
	of(home: string): Checkin | undefined;
	/** Forgets homes, and keys, that are gone. */
	keep(registry: Registry): void;
}

/** How often it is looked whether mail began, or ended, to wait for a home. */
const lookEvery = 5 * SECOND;

/** Characters of a sentence that go into an answer. */
const sentence = 300;

/** What homes tell of themselves, and what they are told: one conversation in either program's words. */
export function createCheckins(options: CheckinsOptions): Checkins {
	const { addresses, port, homeAt, identity, privateKey, presence, lists, health } = options;
	const known = new Map<string, Checkin>();
	const bearers = new Map<string, string>();
	/** Homes that were told that mail waits for them. */
	const toldWaiting = new Set<string>();
	const endings: Array<() => void> = [];
	const refused = options.metrics.counter("checkins_refused_total", "Requests that were no good check-in");

	const server = serveCheckins({
		addresses,
		port,
		homeAt,
		identity,
		bearerOf,
		onCheckin: take,
		onRecipients: lists.take,
		onRefused: () => refused.add(),
		onTrouble: portTrouble({ run: options.run, taken: checkinPortTaken, failing: checkinServing, health }),
	});

	function bearerOf({ publicKey }: Pick<Home, "publicKey">): string {
		const bearer = bearers.get(publicKey) ?? deriveBearer(privateKey, publicKey);
		bearers.set(publicKey, bearer);
		return bearer;
	}

	function take(id: string, checkin: Checkin): CheckinAnswer {
		const { homes, deferred } = options.registry();
		const home = homes.get(id)!;
		known.set(id, checkin);
		compareAddress(id, checkin);
		lists.report(id, checkin.recipients);
		const waiting = options.waiting(id);
		if (waiting) toldWaiting.add(id);
		else toldWaiting.delete(id);
		return {
			version,
			home: id,
			domains: home.domains.filter((domain) => !deferred.has(domain)),
			destination: { address: home.addresses[0]!, port: home.mailPort },
			...(waiting ? { waiting } : {}),
			recipients: lists.state(id),
			notices: noticesFor(id),
			// What this very check-in has changed is told here already.
			generation: identity.generation(id),
		};
	}

	/** What a home would be told otherwise than at its last check-in is news to it. */
	function lookForNews(): void {
		for (const id of known.keys())
			if (toldWaiting.has(id) !== (options.waiting(id) !== undefined)) identity.renew(id);
	}

	/** What holds of this home; that it is away would be no news to it. */
	function noticesFor(home: string): CheckinAnswer["notices"] {
		const holding = health.list().filter((c) => c.subject === home && c.code !== homeAway.code);
		return holding.map(({ code, text, remedy, since }) => ({
			code,
			text: text.slice(0, sentence),
			remedy: remedy.slice(0, sentence),
			since,
		}));
	}

	/** What the home believes and what WireGuard sees should be one address, in the family that the tunnel uses. */
	function compareAddress(id: string, { addresses: told }: Checkin): void {
		const seen = presence.of(id).endpoint?.address;
		const own = seen?.includes(":") ? undefined : told.ipv4;
		health.put(addressDiffers, id, seen && own && seen !== own ? { seen, told: own } : undefined);
	}

	return {
		...server,
		start() {
			const timer = setInterval(lookForNews, lookEvery);
			const unlisten = health.listen((event, { subject, code }) => {
				if (event !== "changes" && code !== homeAway.code && known.has(subject)) identity.renew(subject);
			});
			endings.push(() => clearInterval(timer), unlisten);
			server.start();
		},
		stop() {
			for (const end of endings) end();
			server.stop();
		},
		of: (home) => known.get(home),
		keep({ homes }) {
			for (const id of known.keys()) if (!homes.has(id)) known.delete(id);
			for (const id of toldWaiting) if (!homes.has(id)) toldWaiting.delete(id);
			const keys = new Set([...homes.values()].map((home) => home.publicKey));
			for (const key of bearers.keys()) if (!keys.has(key)) bearers.delete(key);
		},
	};
}
