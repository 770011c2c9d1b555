import { type Address, type Family, familyOf } from "../../shared/address.ts";
import type { PortsAnswer } from "../../shared/protocol/ports.ts";
import { MINUTE } from "../../shared/time.ts";

/** Where the relay takes our clients: "gone" is proven, undefined is not known. */
export type Way = Record<Family, Address | "gone" | undefined>;

/** A family must be missing for so long before its records go: an interface may be down for a moment. */
const goneAfter = 5 * MINUTE;

/** Follows where the relay takes our clients. `now`: milliseconds, steady. */
export function followWay(now: () => number = () => performance.now()): {
	/** What is known after an answer of the relay's; `endpoints`: its addresses outside the tunnel. */
	after(answer: PortsAnswer | undefined, endpoints: readonly Address[]): Way;
} {
	const missingSince = new Map<Family, number>();
	const known: Way = { 4: undefined, 6: undefined };
	return {
		after(answer, endpoints) {
			for (const family of [4, 6] as const) {
				const of = (list: readonly Address[] = []) => list.find((one) => familyOf(one) === family);
				const said = of(answer?.addresses);
				// An earlier version, or one behind a NAT, does not know: WireGuard goes to the address that the world sees.
				const address = said ?? (answer?.complete ? undefined : of(endpoints));
				if (address) {
					missingSince.delete(family);
					known[family] = address;
					continue;
				}
				if (!answer?.complete) continue;
				const since = missingSince.get(family) ?? now();
				missingSince.set(family, since);
				// A family that it never had is missing at once.
				if (known[family] === undefined || now() - since >= goneAfter) known[family] = "gone";
			}
			return { ...known };
		},
	};
}
