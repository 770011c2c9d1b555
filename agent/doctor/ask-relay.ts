import { randomBytes } from "node:crypto";
import { HeimwegError } from "../../shared/errors.ts";
import { type DoctorAnswer, doctorAnswerSchema } from "../../shared/protocol/doctor.ts";
import { SECOND } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";
import type { CheckinSection } from "../part.ts";

/** Between two check-ins while the relay looks; and for all of it. */
const askEvery = 2 * SECOND;
const patience = 25 * SECOND;

/** An answer that is under way while the question is asked is one to the check-in before. */
const mostMissing = 2;

export interface AskRelay {
	checkin: CheckinSection;
	/** Has the relay look at itself, and resolves to what it found. Throws a HeimwegError when it does not say. */
	ask(): Promise<DoctorAnswer>;
	stop(): void;
}

/** Asks the relay by the check-in what it finds at itself; several who ask at once are one. */
export function createAskRelay(options: { relay: string | undefined; patience?: number }): AskRelay {
	let wantCheckin: (after?: number) => void = () => {};
	let look: string | undefined;
	let missing = 0;
	let asking: Promise<DoctorAnswer> | undefined;
	let settle: (answer: DoctorAnswer | Error) => void = () => {};

	function begin(): Promise<DoctorAnswer> {
		look = randomBytes(8).toString("hex");
		missing = 0;
		return new Promise<DoctorAnswer>((resolve, reject) => {
			const timer = setTimeout(
				() => settle(new HeimwegError(say`the relay did not say in time what it finds at itself`)),
				options.patience ?? patience,
			);
			settle = (answer) => {
				clearTimeout(timer);
				look = undefined;
				asking = undefined;
				settle = () => {};
				if (answer instanceof Error) reject(answer);
				else resolve(answer);
			};
			wantCheckin();
		});
	}

	return {
		checkin: {
			own: () => (look === undefined ? undefined : { version: 1, look }),
			heardOwn(said, relay) {
				if (look === undefined || relay !== options.relay) return;
				const { data } = doctorAnswerSchema.safeParse(said);
				if (data?.look === look) {
					if (data.findings || data.failed !== undefined) return settle(data);
					missing = 0;
				} else if (++missing > mostMissing) {
					return settle(
						new HeimwegError(
							say`the relay does not say what it finds at itself; its version may be an earlier one`,
						),
					);
				}
				wantCheckin(askEvery);
			},
			subscribe(listener) {
				wantCheckin = listener;
			},
		},
		ask() {
			asking ??= begin();
			return asking;
		},
		stop: () => settle(new HeimwegError(say`the daemon ends`)),
	};
}
