import { Resolver } from "node:dns/promises";
import { type Address, parseAddress } from "../../shared/address.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";

/** The IPv6 addresses that DNS has for the names of a home: only such a one is tried, or a home could scan through us. */
export interface Published {
	/** What was found when it was last looked; a look that is due begins, and is known by the next question. */
	of(home: string, names: readonly string[]): ReadonlySet<Address>;
	/** Forgets the homes that are no more. */
	keep(homes: ReadonlySet<string>): void;
}

/** What was found counts for so long; the address of a line moves. */
const lookEvery = 1 * MINUTE;

/** Names that are asked for, of one home. */
const mostNames = 10;

const none: ReadonlySet<Address> = new Set();

export function createPublished(
	options: { resolve?: (name: string) => Promise<string[]>; now?: () => number } = {},
): Published {
	const { resolve = resolveAAAA, now = () => performance.now() } = options;
	const found = new Map<string, { at: number; addresses: ReadonlySet<Address> }>();

	async function look(home: string, names: readonly string[]): Promise<void> {
		const answers = await Promise.all(
			names.slice(0, mostNames).map((name) => resolve(name).catch((): string[] => [])),
		);
		const entry = found.get(home);
		if (entry) entry.addresses = new Set(answers.flat().map((address) => parseAddress(address)));
	}

	return {
		of(home, names) {
			const known = found.get(home);
			if (known && now() - known.at < lookEvery) return known.addresses;
			// What was true a minute ago stays so until the answer is here.
			const addresses = known?.addresses ?? none;
			found.set(home, { at: now(), addresses });
			if (names.length > 0) void look(home, names);
			return addresses;
		},
		keep(homes) {
			for (const home of found.keys()) if (!homes.has(home)) found.delete(home);
		},
	};
}

/** True when a name is one of these domains or below it. */
export function isWithin(name: string, domains: readonly string[]): boolean {
	return domains.some((domain) => name === domain || name.endsWith(`.${domain}`));
}

function resolveAAAA(name: string): Promise<string[]> {
	return new Resolver({ timeout: 2 * SECOND, tries: 2 }).resolve6(name);
}
