import type { Readable } from "node:stream";
import { checkinLimit } from "../../shared/protocol/checkin.ts";
import { recipientBytes } from "../../shared/protocol/recipients.ts";

/** Bytes that one home may have under way here: its longest list, and a check-in beside it. */
const each = recipientBytes + checkinLimit;

/** The same of all homes together: most lists are short, and a small machine has to live with it. */
const most = 4 * each;

/** Reads what homes send, in bounded room. */
export interface Bodies {
	/** All of it as text; undefined when it has more bytes than this. Throws when it breaks off, or has to give way. */
	read(
		home: string,
		body: Pick<Readable, "iterator" | "destroy">,
		limit: number,
	): Promise<string | undefined>;
}

interface Body {
	home: string;
	length: number;
	giveWay(): void;
}

/**
 * Whoever sends slowly, and much of it at once, must not fill the memory: what one home has under way over its share ends
 * its own oldest, so that a list which is sent anew takes the place of one that hangs; over the room of all, who has
 * the most loses the oldest.
 */
export function createBodies(options: {
	/** One had to give way, and its connection is ended. */
	onGivenWay(home: string): void;
	room?: { each: number; most: number };
}): Bodies {
	const { room = { each, most } } = options;
	/** In the order of their coming. */
	const open = new Set<Body>();
	const held = new Map<string, number>();
	let total = 0;

	function hold(home: string, bytes: number): void {
		const now = (held.get(home) ?? 0) + bytes;
		if (now > 0) held.set(home, now);
		else held.delete(home);
		total += bytes;
	}

	function forget(body: Body): void {
		if (open.delete(body)) hold(body.home, -body.length);
	}

	function endOldestOf(home: string): void {
		for (const body of open) {
			if (body.home !== home) continue;
			forget(body);
			body.giveWay();
			options.onGivenWay(home);
			return;
		}
	}

	function make(home: string): void {
		while ((held.get(home) ?? 0) > room.each) endOldestOf(home);
		while (total > room.most) {
			const [first, ...others] = held;
			const [holder] = others.reduce((one, other) => (other[1] > one[1] ? other : one), first!);
			endOldestOf(holder);
		}
	}

	return {
		async read(home, stream, limit) {
			const chunks: Buffer[] = [];
			const body: Body = {
				...{ home, length: 0 },
				giveWay() {
					chunks.length = 0;
					stream.destroy();
				},
			};
			open.add(body);
			try {
				// Without this the connection would be closed before a refusal is sent.
				const pieces: AsyncIterable<Buffer> = stream.iterator({ destroyOnReturn: false });
				for await (const chunk of pieces) {
					body.length += chunk.length;
					if (!open.has(body)) continue;
					hold(home, chunk.length);
					if (body.length > limit) return undefined;
					chunks.push(chunk);
					make(home);
				}
				if (!open.has(body)) throw new Error("it had to give way to another one");
				return Buffer.concat(chunks).toString("utf8");
			} finally {
				forget(body);
			}
		},
	};
}
