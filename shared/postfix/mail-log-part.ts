import { firstLook } from "../first-look.ts";
import type { Part } from "../part.ts";
import { MINUTE } from "../time.ts";
import { createMailLog, type MailLogOptions } from "./mail-log.ts";

/**
 * What a part that reads Postfix's log does, on either side.
 *
 * @param whenUp calls back when the tunnel is up, as of {@link firstLook}
 */
export function mailLogPart(
	name: string,
	{ whenUp, ...options }: MailLogOptions & { whenUp: (up: () => void) => () => void },
): Part {
	const log = createMailLog(options);
	const first = firstLook(whenUp, () => {
		log.start();
		void log.look();
	});
	return {
		name,
		ticks: [{ every: 5 * MINUTE, act: log.look }],
		status: () => ({ mailLogRead: log.read ?? null }),
		async start() {
			first.start();
		},
		stop() {
			first.stop();
			log.stop();
		},
	};
}
