import { writeFile } from "node:fs/promises";
import { messageOf } from "../../shared/errors.ts";
import type { Logger } from "../../shared/log.ts";

export interface ReloadOptions {
	/** Made to ask the unit heimweg-relay-reload, which is root's, for a reload. */
	file: string;
	/** Called when Postfix should have been reloaded. */
	onReload(): void;
	log: Logger;
	/** Milliseconds, steadily growing. */
	now?: () => number;
}

export interface Reload {
	/** Asks that Postfix be reloaded, soon and not too often. */
	ask(): void;
	stop(): void;
}

/** Milliseconds from the first asking to the request, so that maps that are mended together cost one reload. */
const gather = 300;

/** Milliseconds from the request to the reload's end. */
const done = 1_000;

/**
 * Milliseconds between a request and the next one, for a map that was mended a moment later, and the one after that: a
 * disk that damages maps all the time must not keep Postfix from its work.
 */
const soonest = 1_500;
const seldom = 20_000;

/**
 * Has Postfix reloaded. A process of Postfix's that could open none of our maps notices no change of any (dict(3): it
 * looks at the files that it holds open), and answers with an error for as long as it lives.
 */
export function createReload({ file, onReload, log, now = () => performance.now() }: ReloadOptions): Reload {
	/** The last request, and the one before. */
	let askedAt = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY] as [number, number];
	let timer: NodeJS.Timeout | undefined;
	let ending: NodeJS.Timeout | undefined;

	async function request(): Promise<void> {
		timer = undefined;
		askedAt = [now(), askedAt[0]];
		try {
			await writeFile(file, "");
			ending = setTimeout(onReload, done);
		} catch (error) {
			log.warn(
				`cannot ask for a reload of Postfix, whose processes may not see the mended maps: ${messageOf(error)}; run "postfix reload"`,
			);
		}
	}

	return {
		ask() {
			timer ??= setTimeout(
				request,
				Math.max(gather, askedAt[0] + soonest - now(), askedAt[1] + seldom - now()),
			);
		},
		stop() {
			clearTimeout(timer);
			clearTimeout(ending);
		},
	};
}
