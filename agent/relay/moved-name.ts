import type { Address, Endpoint } from "../../shared/address.ts";
import type { RelayEndpoint } from "./endpoint.ts";
import { chance } from "./recovery.ts";

/** Follows the relay's name while the tunnel is silent. */
export interface MovedName {
	/** Has the name resolved if that is due. Nobody waits for it: the name server may be behind the same dead line. */
	lookUp(): void;
	/** Where it points to now, once it was seen in this silence that it no longer points to the address in use. */
	movedTo(): Endpoint | undefined;
	/** The silence is over. */
	forget(): void;
}

/** Milliseconds between two look-ups. */
const lookUpEvery = 3_000;

/** @param onMove called when the move may be made: the session had a chance, now that there is a way to a name server */
export function movedName(options: {
	where: RelayEndpoint;
	/** The relay's address in use while the tunnel is silent. */
	silentAt(): Address | undefined;
	onMove(): void;
	now(): number;
}): MovedName {
	const { where, silentAt, now } = options;
	let lookedUpAt = Number.NEGATIVE_INFINITY;
	let movedAt: number | undefined;

	function isElsewhere(): boolean {
		const address = silentAt();
		return address !== undefined && !where.isKnown(address);
	}

	return {
		lookUp() {
			if (now() - lookedUpAt < lookUpEvery) return;
			lookedUpAt = now();
			void where.resolve().then((answered) => {
				if (!answered || !isElsewhere()) return;
				movedAt ??= now();
				// A timer may fire a moment early.
				setTimeout(options.onMove, chance + 10).unref();
			});
		},
		movedTo() {
			if (movedAt === undefined || now() - movedAt < chance) return undefined;
			movedAt = undefined;
			return isElsewhere() ? where.best() : undefined;
		},
		forget() {
			movedAt = undefined;
		},
	};
}
