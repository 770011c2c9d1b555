import { z } from "zod";

/** What one home's clients do. */
export interface Traffic {
	/** Connections now, and those that began today. */
	now: number;
	today: number;
	/** Bytes of today, from the clients and to them. */
	received: number;
	sent: number;
}

/** What HAProxy has counted of a key since it began to, and what of it was of today. */
const countedSchema = z.object({
	seen: z.object({ connections: z.number(), received: z.number(), sent: z.number() }),
	today: z.object({ connections: z.number(), received: z.number(), sent: z.number() }),
});
export const trafficSchema = z.object({ day: z.string(), homes: z.record(z.string(), countedSchema) });
export type CountedDay = z.output<typeof trafficSchema>;

type Counts = z.output<typeof countedSchema>["seen"];
const nothing: Counts = { connections: 0, received: 0, sent: 0 };

/** A row of what `show table` (HAProxy's management guide, 9.3) prints. */
export interface TableRow {
	key: string;
	now: number;
	counts: Counts;
}

/** Reads the rows of a stick-table. */
export function tableRows(text: string): TableRow[] {
	return text.split("\n").flatMap((line) => {
		const key = /\bkey=(\S+)/.exec(line)?.[1];
		const count = (name: string) => Number(new RegExp(`\\b${name}=(\\d+)`).exec(line)?.[1] ?? 0);
		if (key === undefined) return [];
		return [
			{
				key,
				now: count("conn_cur"),
				counts: {
					connections: count("conn_cnt"),
					received: count("bytes_in_cnt"),
					sent: count("bytes_out_cnt"),
				},
			},
		];
	});
}

/** What is counted of a day after another look; a counter that is lower than before began anew. Pure. */
export function afterLook(before: CountedDay, rows: readonly TableRow[], day: string): CountedDay {
	// A home's name may be any word, such as one that every object knows.
	const known = new Map(Object.entries(before.homes));
	const homes = new Map<string, CountedDay["homes"][string]>();
	for (const { key, counts } of rows) {
		const was = known.get(key);
		const seen = was?.seen ?? nothing;
		const anew = counts.connections < seen.connections;
		const more = (name: keyof Counts) => Math.max(0, counts[name] - (anew ? 0 : seen[name]));
		const base = before.day === day ? (was?.today ?? nothing) : nothing;
		homes.set(key, {
			seen: counts,
			today: {
				connections: base.connections + more("connections"),
				received: base.received + more("received"),
				sent: base.sent + more("sent"),
			},
		});
	}
	// What HAProxy has forgotten was of today all the same.
	if (before.day === day) {
		for (const [key, { today }] of known) if (!homes.has(key)) homes.set(key, { seen: nothing, today });
	}
	return { day, homes: Object.fromEntries(homes) };
}

/** The day of this moment on this machine's calendar. */
export function dayOf(moment: Date): string {
	return [moment.getFullYear(), moment.getMonth() + 1, moment.getDate()]
		.map((part) => String(part).padStart(2, "0"))
		.join("-");
}

/** A number of bytes in words. */
export function bytesText(bytes: number): string {
	const units = ["B", "kB", "MB", "GB", "TB"];
	let value = bytes;
	let unit = 0;
	while (value >= 1_000 && unit < units.length - 1) {
		value /= 1_000;
		unit += 1;
	}
	return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}
