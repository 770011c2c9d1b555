import { type Address, type Family, familyOf } from "../../shared/address.ts";
import type { Look } from "../../shared/protocol/reach.ts";
import { MINUTE } from "../../shared/time.ts";
import { look as lookOnce, verdictOf } from "./connect.ts";

/** Between two looks for a home in one family, whatever addresses it names. */
const interval = 10 * MINUTE;

/** Looks at work at the same time, over all homes. */
const mostAtOnce = 4;

/** Looks begun in a minute, over all homes. */
const mostAMinute = 30;

export interface Wish {
	home: string;
	/** The home's address in the tunnel. */
	inside: Address;
	target: Address;
	ports: readonly number[];
	familyWell: boolean;
}

/** Looks at homes from outside, seldom. `now`: milliseconds, steady. */
export function createLooks({ look = lookOnce, now = () => performance.now() } = {}) {
	const done = new Map<string, Look>();
	const begun = new Map<string, number>();
	let recent: number[] = [];
	let busy = 0;

	async function carryOut({ home, inside, target, ports, familyWell }: Wish): Promise<void> {
		const found: Look["ports"] = [];
		for (const port of ports) {
			const outside = await look(target, port);
			// Who answers without a key proves nothing, whatever the home answers.
			const worthIt = !outside.answers || outside.key !== undefined;
			const through = worthIt ? await look(inside, port) : undefined;
			found.push({ port, verdict: verdictOf(outside, through) });
		}
		const at = new Date().toISOString();
		done.set(keyOf(home, familyOf(target)), { address: target, at, familyWell, ports: found });
	}

	return {
		/** The last look at this address, if there is one; begins another when it is time. */
		of(wish: Wish): Look | undefined {
			const key = keyOf(wish.home, familyOf(wish.target));
			const last = begun.get(key);
			recent = recent.filter((time) => now() - time < MINUTE);
			const due = last === undefined || now() - last >= interval;
			if (due && wish.ports.length > 0 && busy < mostAtOnce && recent.length < mostAMinute) {
				begun.set(key, now());
				recent.push(now());
				busy += 1;
				void carryOut(wish).finally(() => {
					busy -= 1;
				});
			}
			const known = done.get(key);
			return known?.address === wish.target ? known : undefined;
		},
		/** Forgets what was found for homes that are no more; when they were tried is kept for the interval. */
		keep(homes: ReadonlySet<string>): void {
			for (const key of done.keys()) if (!homes.has(key.slice(2))) done.delete(key);
			for (const [key, time] of begun) {
				if (!homes.has(key.slice(2)) && now() - time >= interval) begun.delete(key);
			}
		},
	};
}

function keyOf(home: string, family: Family): string {
	return `${family} ${home}`;
}
