import { type Cidr, familyOfCidr } from "./address.ts";
import { CommandError, type RunCommand } from "./command.ts";
import { ConfigError, HeimwegError } from "./errors.ts";
import { say } from "./words/say.ts";

/** Our nftables table, `inet heimweg`. */
export const tableName = "heimweg";

/** How we know the table again as ours. */
const mark = "made by heimweg";

/** What is logged when somebody took the table away or changed it, and it was set again. */
export const guardWasGone = say`the nftables table that guards the tunnel addresses was gone or changed, and stands again; what to do: look for what flushes all rules ("nft flush ruleset", a firewall's restart)`;

/** A rule of nft(8) for one of the table's chains. */
export interface GuardRule {
	chain: "prerouting" | "output";
	rule: string;
}

/**
 * A chain of a part's own, with the sets that its rules name. It only watches what comes in: where the kernel does not
 * take it, the guard stands without.
 */
export interface GuardChain {
	/** Its name: the part's, or one that begins with it. */
	chain: string;
	hook: "input";
	/** By name, what nft(8) wants between the braces of `add set`; elements that packets add are nobody's change. */
	sets: Readonly<Record<string, string>>;
	rules: readonly string[];
}

/** What a part may want in the table. */
export type GuardWish = GuardRule | GuardChain;

/** The table is there and is not ours. */
export class ForeignTableError extends ConfigError {}

export interface Guard {
	/**
	 * Makes sure that the table stands as it must; true when it had to be set, and that was not because of other wishes.
	 * Linux accepts a packet for a local address on any interface, so without this a neighbour on the LAN could forge a
	 * tunnel address.
	 */
	ensure(signal?: AbortSignal): Promise<boolean>;
	/** Throws a ConfigError when there is a table of our name that we did not make; to be asked before a start. */
	refuseForeign(): Promise<void>;
	/** Takes the table away. */
	remove(): Promise<void>;
}

/** The guard for a tunnel interface and the networks whose addresses may come only through it, or from ourselves. */
export function createGuard(options: {
	run: RunCommand;
	interface: string;
	networks: readonly Cidr[];
	/** What parts want in the table besides; asked anew each time. */
	rules?: () => readonly GuardWish[];
}): Guard {
	const rulesWith = (more: readonly GuardWish[]) => guardRules(options.interface, options.networks, more);
	/** What we set last, and what `nft list` printed right after. */
	let standing: { text: string; listed: string | undefined } | undefined;

	async function list(signal?: AbortSignal): Promise<string | undefined> {
		try {
			// Without the elements of sets, of which packets may add thousands.
			const args = ["--terse", "list", "table", "inet", tableName];
			return await options.run("nft", args, signal ? { signal } : {});
		} catch (error) {
			if (error instanceof CommandError && /No such file or directory/.test(error.stderr)) return undefined;
			throw explain(error);
		}
	}

	/** One transaction: the old rules hold until the new ones do. */
	async function set(wishes: readonly GuardWish[], whole: string, signal?: AbortSignal): Promise<void> {
		const withoutChains = rulesWith(wishes.filter((wish) => !isChain(wish)));
		const apply = (input: string) =>
			options.run("nft", ["-f", "-"], { input, ...(signal ? { signal } : {}) });
		try {
			await apply(whole);
		} catch (error) {
			if (withoutChains === whole || isDenied(error) || signal?.aborted) throw explain(error);
			await apply(withoutChains).catch(() => {
				throw explain(error);
			});
		}
	}

	function refuseTable(found: string | undefined): void {
		if (found === undefined || found.includes(`comment "${mark}"`)) return;
		throw new ForeignTableError([
			`nftables: there is a table "inet ${tableName}" that heimweg did not make: rename it, or run "nft delete table inet ${tableName}"`,
		]);
	}

	return {
		async ensure(signal) {
			const found = await list(signal);
			refuseTable(found);
			const wishes = options.rules?.() ?? [];
			const text = rulesWith(wishes);
			const asLeft = found !== undefined && found === standing?.listed;
			if (asLeft && text === standing?.text) return false;
			await set(wishes, text, signal);
			standing = { text, listed: await list(signal) };
			return !asLeft;
		},
		refuseForeign: async () => refuseTable(await list()),
		async remove() {
			const found = await list();
			if (found === undefined) return;
			refuseTable(found);
			await options.run("nft", ["delete", "table", "inet", tableName]);
		},
	};
}

/**
 * The nft commands that replace our table:
 * - what carries a tunnel address comes in through the tunnel, or from this machine itself
 * - over the loopback, only this machine's own addresses are believed (any user may bind a foreign IPv6 address)
 * - what goes to a tunnel address leaves through the tunnel, never by the default route while the tunnel is missing
 */
export function guardRules(
	tunnel: string,
	networks: readonly Cidr[],
	more: readonly GuardWish[] = [],
): string {
	const create = `add table inet ${tableName} { comment "${mark}"; }`;
	const rule = (chain: string, text: string) => `add rule inet ${tableName} ${chain} ${text}`;
	const inside = `{ "${tunnel}", "lo" }`;
	const rules = networks.flatMap((network) => {
		const ip = familyOfCidr(network) === 4 ? "ip" : "ip6";
		return [
			rule("prerouting", `iifname != ${inside} ${ip} saddr ${network} drop`),
			rule("prerouting", `iifname != ${inside} ${ip} daddr ${network} drop`),
			rule("prerouting", `iifname "lo" ${ip} saddr ${network} fib saddr type != local drop`),
			rule("output", `oifname != ${inside} ${ip} daddr ${network} reject`),
		];
	});
	return `${[
		create,
		`delete table inet ${tableName}`,
		create,
		// raw (-300) comes before connection tracking and everything that a firewall usually does.
		`add chain inet ${tableName} prerouting { type filter hook prerouting priority -300; policy accept; }`,
		`add chain inet ${tableName} output { type filter hook output priority 0; policy accept; }`,
		...rules,
		...more.flatMap((wish) => (isChain(wish) ? chainCommands(wish) : [rule(wish.chain, wish.rule)])),
	].join("\n")}\n`;
}

function isChain(wish: GuardWish): wish is GuardChain {
	return "rules" in wish;
}

function chainCommands({ chain, hook, sets, rules }: GuardChain): string[] {
	return [
		...Object.entries(sets).map(([name, of]) => `add set inet ${tableName} ${name} { ${of} }`),
		`add chain inet ${tableName} ${chain} { type filter hook ${hook} priority -300; policy accept; }`,
		...rules.map((rule) => `add rule inet ${tableName} ${chain} ${rule}`),
	];
}

function isDenied(error: unknown): error is CommandError {
	return error instanceof CommandError && /Operation not permitted/.test(error.stderr);
}

function explain(error: unknown): unknown {
	if (!isDenied(error)) return error;
	return new HeimwegError(`nftables cannot be set: ${error.message}`, {
		remedy: "run as root, or give the service CAP_NET_ADMIN (the unit that comes with heimweg does)",
		cause: error,
	});
}
