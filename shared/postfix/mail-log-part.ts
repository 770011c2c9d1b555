import type { Part } from "../part.ts";
import { MINUTE } from "../time.ts";
import { createMailLog, type MailLogOptions } from "./mail-log.ts";

/** What a part that reads Postfix's log does, on either side. */
export function mailLogPart(name: string, options: MailLogOptions): Part {
	const log = createMailLog(options);
	return {
		name,
		ticks: [{ every: 5 * MINUTE, act: log.look }],
		status: () => ({ mailLogRead: log.read ?? null }),
		async start() {
			log.start();
			void log.look();
		},
		stop: log.stop,
	};
}
