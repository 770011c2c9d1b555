import type { AskBanner, MailServer } from "../../shared/banner.ts";
import { messageOf } from "../../shared/errors.ts";
import { pause } from "../../shared/signal.ts";

export interface BannerOptions {
	ask: AskBanner;
	/** The home's mail server greeted us. */
	onAnswer(home: string): void;
	/** It did not, why, and for how many milliseconds; it is asked again. */
	onSilence(home: string, reason: string, lasting: number): void;
	now?: () => number;
}

export interface BannerWatch {
	/** Looks until the home's mail server greets, then tells; does nothing while it already looks. */
	look(home: string, server: MailServer): void;
	/** Looks no longer. */
	forget(home: string): void;
	stop(): void;
}

/** It is asked again after a tenth of the time that it has been silent, within these bounds in milliseconds. */
const shortest = 500;
const longest = 10_000;

/** Looks for mail servers that do not answer, each by itself. */
export function watchBanners(options: BannerOptions): BannerWatch {
	const now = options.now ?? (() => performance.now());
	const looking = new Map<string, AbortController>();

	function look(home: string, server: MailServer): void {
		if (looking.has(home)) return;
		const ending = new AbortController();
		looking.set(home, ending);
		void search(home, server, ending.signal);
	}

	async function search(home: string, server: MailServer, signal: AbortSignal): Promise<void> {
		const began = now();
		for (;;) {
			const reason = await options.ask(server, signal).catch(messageOf);
			if (signal.aborted) return;
			if (reason === undefined) break;
			const lasting = now() - began;
			options.onSilence(home, reason, lasting);
			await pause(Math.min(Math.max(lasting / 10, shortest), longest), signal);
			if (signal.aborted) return;
		}
		looking.delete(home);
		options.onAnswer(home);
	}

	function forget(home: string): void {
		looking.get(home)?.abort();
		looking.delete(home);
	}

	return {
		look,
		forget,
		stop() {
			for (const home of [...looking.keys()]) forget(home);
		},
	};
}
