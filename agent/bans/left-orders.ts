import { randomBytes } from "node:crypto";
import { watch } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeFileAtomic } from "../../shared/atomic-file.ts";
import { HeimwegError } from "../../shared/errors.ts";
import { readRegularFile } from "../../shared/regular-file.ts";
import { type Order, orderSchema } from "./order.ts";

/** An order that was given without asking the daemon: it takes it at once, or when it starts. */
export interface LeftOrder {
	order: Order;
	/** Milliseconds since 1970. */
	at: number;
}

const leftSchema = z.object({ at: z.number(), order: orderSchema });

/** A file for each, by the time: nobody writes where another reads. */
const fileName = /^bans-left-\d{13}-[0-9a-f]{12}\.json$/;

/** As many as bans are remembered. */
const mostLeft = 10_000;

/** Milliseconds; to take an order makes events, too. */
const pause = 10;

/** Bytes; an order has a line. */
const largest = 4 * 1024;

/** Leaves an order for the daemon's next start. Throws when the folder is not ours to write to, or full of them. */
export async function leaveOrder(folder: string, order: Order, at = Date.now()): Promise<void> {
	const left = (await readdir(folder)).filter((name) => fileName.test(name));
	if (left.length >= mostLeft)
		throw new HeimwegError(`${mostLeft} orders about bans wait in ${folder} already`, {
			remedy: 'start the daemon: "systemctl start heimweg"',
		});
	const name = `bans-left-${String(at).padStart(13, "0")}-${randomBytes(6).toString("hex")}.json`;
	// The folder is another user's: what lies there is never followed nor replaced. It reads what root has written.
	await writeFileAtomic(join(folder, name), `${JSON.stringify({ at, order })}\n`, {
		mode: 0o644,
		fresh: true,
	});
}

/** What was left, the oldest first, and a way to forget it once it is done. What nobody can read is forgotten at once. */
export async function leftOrders(folder: string): Promise<{ orders: LeftOrder[]; forget(): Promise<void> }> {
	const names = (await readdir(folder).catch(() => [])).filter((name) => fileName.test(name)).sort();
	const orders: LeftOrder[] = [];
	for (const name of names) {
		try {
			const { bytes } = await readRegularFile(join(folder, name), { limit: largest, follow: false });
			orders.push(leftSchema.parse(JSON.parse(bytes.toString("utf8"))));
		} catch {
			// Cut short or somebody's slip of the pen: it bans nobody.
		}
	}
	return {
		orders,
		async forget() {
			for (const name of names) await rm(join(folder, name), { force: true }).catch(() => {});
		},
	};
}

/** Calls when an order is left; without events (inotify's limits) it is found at the next look. Gives what ends it. */
export function watchOrders(folder: string, onOrder: () => void): () => void {
	let soon: NodeJS.Timeout | undefined;
	const come = () => {
		soon = undefined;
		onOrder();
	};
	try {
		const watcher = watch(folder, { persistent: false }, (_, name) => {
			if (name !== null && fileName.test(name)) soon ??= setTimeout(come, pause);
		});
		watcher.on("error", () => watcher.close());
		return () => {
			clearTimeout(soon);
			watcher.close();
		};
	} catch {
		return () => {};
	}
}
