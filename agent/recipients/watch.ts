import { type FSWatcher, watch } from "node:fs";
import { lstat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Health } from "../../shared/health.ts";
import { inTurn } from "../../shared/ticks.ts";
import { SECOND } from "../../shared/time.ts";
import { readDocument } from "./collect.ts";
import { recipientsListUnusable } from "./conditions.ts";
import type { RecipientsDocument } from "./document.ts";

export interface RecipientsWatchOptions {
	/** The file that heimweg-recipients.service writes. */
	path: string;
	/** The file is another than before; undefined when there is none, or none that can be understood. */
	onDocument(document: RecipientsDocument | undefined): void;
	/** When the sources were last looked at; undefined while there is no file. */
	onLooked(at: Date | undefined): void;
	health: Health;
}

export interface RecipientsWatch {
	/** Looks at the file; also every minute, for the day when the folder is made anew. Never throws. */
	look(): Promise<void>;
	start(): void;
	stop(): void;
}

/** Milliseconds in which a file is put in its place. */
const settling = 20;

/** Milliseconds between two looks while there is no folder to watch. */
const withoutFolder = 5_000;

/**
 * After a change the next one is looked at so much later at least, and so many times the time that reading took: who
 * rewrites the file all the time must not keep the agent, nor the relay, busy with it.
 */
const rest = 2 * SECOND;
const restShare = 10;

/** Stands for a file of which nothing is known yet. */
const unread = "unread";

/** Tells when the file with the valid recipients changes. */
export function watchRecipients(options: RecipientsWatchOptions): RecipientsWatch {
	const { path } = options;
	let seen: string | undefined = unread;
	let watcher: FSWatcher | undefined;
	let timer: NodeJS.Timeout | undefined;
	let stopped = false;
	/** By the steady clock. */
	let notBefore = 0;
	let looking = false;

	const look = inTurn(async () => {
		looking = true;
		await lookOnce().finally(() => {
			looking = false;
		});
	});

	async function lookOnce(): Promise<void> {
		if (stopped) return;
		watcher ??= open();
		const found = await lstat(path).catch(() => undefined);
		options.onLooked(found?.mtime);
		// A file that says the same as before gets a new time only.
		const mark = found && `${found.ino} ${found.size} ${found.birthtimeMs}`;
		if (mark === seen) return;
		const began = performance.now();
		const { document, problem } = mark === undefined ? {} : await readDocument(path);
		if (stopped) return;
		const now = performance.now();
		notBefore = now + Math.max(rest, restShare * (now - began));
		// What could not be read may be readable the next time, without another change.
		seen = problem === undefined ? mark : unread;
		options.health.put(
			recipientsListUnusable,
			"",
			problem === undefined ? undefined : { file: path, problem },
		);
		options.onDocument(document);
	}

	function open(): FSWatcher | undefined {
		try {
			const folder = watch(dirname(path), { persistent: false }, (_, name) => {
				if (name === basename(path)) soon();
			});
			const end = () => {
				folder.close();
				if (watcher === folder) watcher = undefined;
			};
			return folder.on("error", end).on("close", end);
		} catch {
			// The folder is made when the unit is installed, or when it runs first.
			soon(withoutFolder);
			return undefined;
		}
	}

	function soon(after = settling): void {
		if (stopped) return;
		const wait = Math.max(after, notBefore - performance.now());
		timer ??= setTimeout(() => {
			timer = undefined;
			// A look that is under way decides when the next one may be.
			if (looking || performance.now() < notBefore) soon();
			else void look();
		}, wait);
	}

	return {
		look,
		start: () => {
			watcher ??= open();
		},
		stop() {
			stopped = true;
			clearTimeout(timer);
			watcher?.close();
		},
	};
}
