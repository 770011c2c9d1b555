import type { Address } from "../../shared/address.ts";
import type { RunCommand } from "../../shared/command.ts";
import type { Health } from "../../shared/health.ts";
import type { Metrics } from "../../shared/metrics.ts";
import { portTrouble } from "../../shared/port-holder.ts";
import type { Proofs } from "../../shared/proof.ts";
import { deriveBearer } from "../../shared/protocol/bearer.ts";
import type { Checkin, CheckinAnswer } from "../../shared/protocol/checkin.ts";
import { sentProofs } from "../../shared/protocol/proof.ts";
import { version } from "../../shared/version.ts";
import { type Home, type Registry, type RelayFacts, registryOf } from "../facts.ts";
import type { Identity } from "../identity.ts";
import type { CheckinSection } from "../part.ts";
import { Refused } from "../refused.ts";
import { addressDiffers, checkinPortTaken, checkinServing } from "./conditions.ts";
import { createNews } from "./news.ts";
import { concerns, heldFor, noticesFor } from "./notices.ts";
import { type CheckinServer, serveCheckins } from "./requests.ts";

export interface CheckinsOptions {
	addresses: readonly Address[];
	port: number;
	/** The relay's own WireGuard key. */
	privateKey: string;
	facts: Pick<RelayFacts, "homes" | "presence">;
	/** What other parts take out of a check-in, and say in the answer. */
	sections(): ReadonlyArray<CheckinSection & { part: string }>;
	/** What other parts have seen of a home. */
	proofs(home: Home): readonly Proofs[];
	identity: Identity;
	run: RunCommand;
	health: Health;
	metrics: Metrics;
}

/** Check-ins in a second, after a start of ours: each is a TLS handshake, and pulses must not wait for them. */
const perSecond = 333;

type Kept = Pick<Checkin, "version" | "conditions" | "errors" | "proofs" | "waiting"> & { at: Date };

export interface Checkins extends CheckinServer {
	/** What is kept of a home's last check-in; what else it said is its parts' to keep. */
	of(home: string): Kept | undefined;
	/** Forgets homes, and keys, that are gone. */
	keep(registry: Registry): void;
}

/** What homes tell of themselves, and what they are told: one conversation in either program's words. */
export function createCheckins(options: CheckinsOptions): Checkins {
	const { addresses, port, privateKey, facts, identity, health } = options;
	const known = new Map<string, Kept>();
	const news = createNews({ homes: () => known.keys(), renew: identity.renew });
	const bearers = new Map<string, string>();
	let unlisten = () => {};
	const refused = options.metrics.counter("checkins_refused_total", "Requests that were no good check-in");

	const server = serveCheckins({
		addresses,
		port,
		homeAt: (address) => facts.homes.value?.at.get(address),
		identity,
		bearerOf,
		onCheckin: take,
		async onRecipients(home, list) {
			for (const { takeList } of options.sections()) if (takeList) return takeList(home, list);
			throw new Refused(403, "this relay takes no lists of recipients");
		},
		onRefused: () => refused.add(),
		onTrouble: portTrouble({ run: options.run, taken: checkinPortTaken, failing: checkinServing, health }),
	});

	function bearerOf({ publicKey }: Pick<Home, "publicKey">): string {
		const bearer = bearers.get(publicKey) ?? deriveBearer(privateKey, publicKey);
		bearers.set(publicKey, bearer);
		return bearer;
	}

	function take(id: string, checkin: Checkin): CheckinAnswer {
		const { homes, deferred } = registryOf(facts);
		const home = homes.get(id)!;
		const { version: agent, conditions, errors, proofs, waiting } = checkin;
		known.set(id, { version: agent, conditions, errors, proofs, waiting, at: new Date() });
		compareAddress(id, checkin);
		const answers = options.sections().map((section) => section.answer?.(home, checkin) ?? {});
		return {
			version,
			home: id,
			spread: Math.max(1, Math.ceil(homes.size / perSecond)),
			domains: home.domains.filter((domain) => !deferred.has(domain)),
			destination: { address: home.addresses[0]!, port: home.mailPort },
			...Object.assign({}, ...answers),
			...ownWords(home, checkin),
			proofs: sentProofs(options.proofs(home)),
			notices: noticesFor(id, heldFor(health, id), (subject) => homes.has(subject)),
			// What this very check-in has changed is told here already.
			generation: identity.generation(id),
		};
	}

	/** What parts answer to the part of the same name at home. */
	function ownWords(home: Home, { parts = {} }: Checkin): Pick<CheckinAnswer, "parts"> {
		const said = options.sections().flatMap(({ part, own }) => {
			const words = own?.(home, Object.hasOwn(parts, part) ? parts[part] : undefined);
			return words === undefined ? [] : [[part, words] as const];
		});
		return said.length > 0 ? { parts: Object.fromEntries(said) } : {};
	}

	/** What the home believes and what WireGuard sees should be one address, in the family that the tunnel uses. */
	function compareAddress(id: string, { addresses: told }: Checkin): void {
		const seen = facts.presence.all.get(id)?.endpoint?.address;
		const own = seen?.includes(":") ? undefined : told.ipv4;
		health.put(addressDiffers, id, seen && own && seen !== own ? { seen, told: own } : undefined);
	}

	return {
		...server,
		start() {
			unlisten = health.listen((event, condition) => {
				const whom = concerns(condition, (id) => registryOf(facts).homes.has(id));
				if (whom === "all") news.ofAll();
				else if (whom !== undefined && known.has(whom)) news.of(whom, event);
			});
			server.start();
		},
		stop() {
			unlisten();
			news.stop();
			server.stop();
		},
		of: (home) => known.get(home),
		keep({ homes }) {
			for (const id of known.keys()) {
				if (homes.has(id)) continue;
				known.delete(id);
				news.forget(id);
			}
			if (bearers.size === 0) return;
			const keys = new Set([...homes.values()].map((home) => home.publicKey));
			for (const key of bearers.keys()) if (!keys.has(key)) bearers.delete(key);
		},
	};
}
