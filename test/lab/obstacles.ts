import type { Namespace } from "./namespace.ts";

/** What can be in the way of packets that a router forwards, in both directions. */
export interface Obstacles {
	/** Loses this share of the packets, at random; 0 ends it. */
	loss(percent: number): Promise<void>;
	/** Swallows packets above this size (bytes, IP header included) without a word; undefined ends it. */
	dropLargerThan(bytes: number | undefined): Promise<void>;
	/** Swallows every packet of the family without a word. */
	blockFamily(family: 4 | 6): Promise<void>;
	allowFamily(family: 4 | 6): Promise<void>;
}

export async function obstacles(namespace: Namespace): Promise<Obstacles> {
	let share = 0;
	let largest: number | undefined;
	const blocked = new Set<4 | 6>();

	const apply = async () => {
		const rules = [
			...[...blocked].map((family) => `meta nfproto ipv${family} drop`),
			...(largest === undefined ? [] : [`meta length > ${largest} drop`]),
			...(share > 0
				? [share >= 100 ? "drop" : `numgen random mod 1000 < ${Math.round(share * 10)} drop`]
				: []),
		];
		const lines = [
			"flush chain inet obstacles forward",
			...rules.map((rule) => `add rule inet obstacles forward ${rule}`),
		];
		await namespace.nft(lines.join("\n"));
	};

	await namespace.nft("table inet obstacles { chain forward { type filter hook forward priority 0; }; }");
	return {
		async loss(percent) {
			share = percent;
			await apply();
		},
		async dropLargerThan(bytes) {
			largest = bytes;
			await apply();
		},
		async blockFamily(family) {
			blocked.add(family);
			await apply();
		},
		async allowFamily(family) {
			blocked.delete(family);
			await apply();
		},
	};
}
