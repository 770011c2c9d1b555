import { execa } from "execa";
import { z } from "zod";
import { type Address, type Family, familyOf, parseAddress } from "../../shared/address.ts";
import type { RunCommand } from "../../shared/command.ts";
import { messageOf } from "../../shared/errors.ts";
import type { Logger } from "../../shared/log.ts";

/** An address of this machine, as `ip -j address` tells. */
export interface LocalAddress {
	address: Address;
	interface: string;
	temporary: boolean;
	deprecated: boolean;
	tentative: boolean;
	/** Duplicate address detection found another host with it (RFC 4862). */
	duplicate: boolean;
	/** Seconds that it stays preferred; Infinity for ever. */
	preferredFor: number;
}

/** What the kernel knows of our line; one look at everything. */
export interface Link {
	addresses: LocalAddress[];
	/** Families with a default route on an interface that has a carrier. */
	families: ReadonlySet<Family>;
	/** True when our tunnel interface exists. */
	tunnel: boolean;
}

export interface LinkWatcher {
	start(): void;
	stop(): Promise<void>;
	look(): Promise<Link>;
}

const addressesSchema = z.array(
	z.looseObject({
		ifname: z.string(),
		flags: z.array(z.string()).default([]),
		addr_info: z
			.array(
				z.looseObject({
					local: z.string().optional(),
					scope: z.string().default(""),
					temporary: z.boolean().optional(),
					deprecated: z.boolean().optional(),
					tentative: z.boolean().optional(),
					dadfailed: z.boolean().optional(),
					preferred_life_time: z.number().default(4294967295),
				}),
			)
			.default([]),
	}),
);

/** One way out; a multipath route has several. */
const hopSchema = z.looseObject({ dev: z.string().optional(), flags: z.array(z.string()).default([]) });

const routesSchema = z.array(
	hopSchema.extend({
		dst: z.string(),
		/** Given for those that lead nowhere: unreachable, blackhole, prohibit. */
		type: z.string().optional(),
		nexthops: z.array(hopSchema).optional(),
	}),
);

/** `ip` writes this for "for ever". */
const forever = 4_294_967_295;

/** Milliseconds that events are gathered before the look: a new prefix comes as a dozen lines. */
const gather = 10;

/** Milliseconds before the monitor is started again when it ended. */
const restartAfter = 1_000;

/**
 * Watches the kernel's addresses and routes. `ip monitor` prints within a millisecond of a change; its lines only
 * tell *that* something changed, and what is true is then read anew as a whole.
 */
export function watchLink(options: {
	run: RunCommand;
	tunnel: string;
	log: Logger;
	onLink: (link: Link) => void;
}): LinkWatcher {
	const stopping = new AbortController();
	let timer: NodeJS.Timeout | undefined;
	let looking = false;
	let again = false;
	let monitor: Promise<void> = Promise.resolve();

	async function look(): Promise<Link> {
		const ip = (...args: string[]) => options.run("ip", ["-j", ...args]);
		const [addresses, four, six] = await Promise.all([
			ip("address", "show"),
			ip("-4", "route", "show"),
			ip("-6", "route", "show"),
		]);
		return readLink(options.tunnel, addresses, [
			[4, four],
			[6, six],
		]);
	}

	async function lookAndTell(): Promise<void> {
		if (looking) {
			again = true;
			return;
		}
		looking = true;
		try {
			options.onLink(await look());
		} catch (error) {
			if (!stopping.signal.aborted)
				options.log.warn(`the addresses of this machine cannot be read: ${messageOf(error)}`);
		} finally {
			looking = false;
		}
		if (again && !stopping.signal.aborted) {
			again = false;
			await lookAndTell();
		}
	}

	function changed(): void {
		if (timer || stopping.signal.aborted) return;
		timer = setTimeout(() => {
			timer = undefined;
			void lookAndTell();
		}, gather);
	}

	async function listen(): Promise<void> {
		while (!stopping.signal.aborted) {
			const child = execa("ip", ["monitor", "link", "address", "route"], {
				cancelSignal: stopping.signal,
				reject: false,
				buffer: false,
				stdin: "ignore",
				stderr: "ignore",
			});
			child.stdout.on("data", changed);
			// What changed before the monitor listened would otherwise be missed.
			changed();
			await child;
			if (stopping.signal.aborted) return;
			options.log.debug("ip monitor ended; it is started again");
			await new Promise((resolve) => setTimeout(resolve, restartAfter));
		}
	}

	return {
		start() {
			monitor = listen();
		},
		look,
		async stop() {
			stopping.abort();
			clearTimeout(timer);
			await monitor;
		},
	};
}

/** Reads what the three `ip -j` commands printed. */
export function readLink(tunnel: string, addressText: string, routeTexts: Array<[Family, string]>): Link {
	const interfaces = addressesSchema.parse(JSON.parse(addressText || "[]"));
	const dark = new Set(interfaces.filter((i) => i.flags.includes("NO-CARRIER")).map((i) => i.ifname));
	const leadsOut = ({ dev, flags }: z.infer<typeof hopSchema>) =>
		dev !== undefined &&
		dev !== tunnel &&
		!dark.has(dev) &&
		!flags.includes("linkdown") &&
		!flags.includes("dead");
	const hasDefault = (text: string) =>
		routesSchema
			.parse(JSON.parse(text || "[]"))
			.filter((route) => route.dst === "default" && route.type === undefined)
			.some((route) => (route.nexthops ?? [route]).some(leadsOut));
	const families = new Set(routeTexts.filter(([, text]) => hasDefault(text)).map(([family]) => family));
	return {
		addresses: interfaces
			.filter((i) => i.ifname !== tunnel && !i.flags.includes("LOOPBACK"))
			.flatMap((i) =>
				i.addr_info.filter((a) => a.local && a.scope === "global").map((a) => localAddress(i.ifname, a)),
			),
		families,
		tunnel: interfaces.some((i) => i.ifname === tunnel),
	};
}

type AddressInfo = z.infer<typeof addressesSchema>[number]["addr_info"][number];

function localAddress(name: string, info: AddressInfo): LocalAddress {
	return {
		address: parseAddress(info.local!),
		interface: name,
		temporary: info.temporary ?? false,
		deprecated: (info.deprecated ?? false) || info.preferred_life_time === 0,
		tentative: info.tentative ?? false,
		duplicate: info.dadfailed ?? false,
		preferredFor: info.preferred_life_time === forever ? Number.POSITIVE_INFINITY : info.preferred_life_time,
	};
}

/** True when a family has got or lost its default route. */
export function changedFamilies(before: Link, after: Link): boolean {
	return ([4, 6] as const).some((family) => before.families.has(family) !== after.families.has(family));
}

/** The IPv6 addresses that a packet may leave with, as one text to compare. */
export function sourcesOf({ addresses }: Link): string {
	const usable = addresses.filter((a) => familyOf(a.address) === 6 && !a.tentative && !a.deprecated);
	return usable
		.map((a) => a.address)
		.sort()
		.join();
}

/** True while duplicate address detection still keeps every IPv6 address of ours from being used. */
export function isUnready(link: Link): boolean {
	return sourcesOf(link) === "" && link.addresses.some((a) => a.tentative && !a.duplicate);
}
