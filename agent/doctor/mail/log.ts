import { setTimeout as sleep } from "node:timers/promises";
import type { RunCommand } from "../../../shared/command.ts";
import { SECOND } from "../../../shared/time.ts";
import { type Journey, journeysOf } from "./journey.ts";

/** For a copy of a mail to lie in the mailbox; and between two looks. */
const patience = 40 * SECOND;
const pause = SECOND / 2;

/** For a program that is asked for the mail. */
const programPatience = 20 * SECOND;

export interface WatchDeps {
	run: RunCommand;
	now?: () => number;
	pause?: number;
	patience?: number;
}

/** Reads in Postfix's log what became of one mail. */
export interface MailWatch {
	/** All copies that were seen so far. */
	journeys: Journey[];
	/** Waits for so many copies to be delivered; what kept the last from that, else undefined. Never throws. */
	delivered(count: number): Promise<string | undefined>;
	/** The mail as it lies in the mailbox, each copy of it. Throws when Dovecot cannot be asked. */
	copies(to: string): Promise<string[]>;
}

/** Follows the mail with this Message-ID, from now on. */
export function watchMail(id: string, deps: WatchDeps, since = new Date()): MailWatch {
	const { run, now = () => performance.now() } = deps;
	const watch: MailWatch = {
		journeys: [],
		async delivered(count) {
			const end = now() + (deps.patience ?? patience);
			for (;;) {
				const log = await run("journalctl", [
					...["--no-pager", "--output=cat", "--facility=mail"],
					`--since=@${Math.floor(since.getTime() / 1000)}`,
				]).catch(() => "");
				watch.journeys = journeysOf(log, id);
				const journey = watch.journeys[count - 1];
				if (journey?.status === "sent") return undefined;
				if (journey?.status !== undefined || now() > end) return journey?.text ?? "";
				await sleep(deps.pause ?? pause);
			}
		},
		async copies(to) {
			// Copies are told apart by what each delivery has written before them.
			const said = await run(
				"doveadm",
				["fetch", "-u", to, "text", "mailbox", "*", "header", "message-id", id],
				{ timeout: programPatience },
			);
			return said
				.split(/^text:\n/m)
				.slice(1)
				.map((copy) => copy.replace(/\f?\n?$/, "\n"));
		},
	};
	return watch;
}
