import { randomBytes } from "node:crypto";
import { HeimwegError } from "../../shared/errors.ts";
import { type DoctorAnswer, doctorAnswerSchema, type MailWish } from "../../shared/protocol/doctor.ts";
import { SECOND } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";
import type { CheckinSection } from "../part.ts";
import { createQuestion } from "./question.ts";

/** Between two check-ins while the relay works. */
const askEvery = 2 * SECOND;

/**
 * For the relay's look at itself, and for a mail that it hands to itself: postscreen alone takes six seconds of each. Who
 * asks by the control socket waits for 30.
 */
const lookPatience = 25 * SECOND;
const mailPatience = 28 * SECOND;

export interface AskRelay {
	checkin: CheckinSection;
	/** Has the relay look at itself, and resolves to what it found. Throws a HeimwegError when it does not say. */
	ask(): Promise<DoctorAnswer>;
	/** Has the relay send a mail to this home as a stranger's; resolves to its Message-ID. Throws a HeimwegError when it has not. */
	mail(to: string): Promise<string>;
	stop(): void;
}

/** Asks the relay by the check-in what it finds at itself, and for a mail; several who ask the same at once are one. */
export function createAskRelay(options: { relay: string | undefined; patience?: number }): AskRelay {
	let wantCheckin: (after?: number) => void = () => {};
	const look = createQuestion<string, DoctorAnswer>({
		patience: options.patience ?? lookPatience,
		late: say`the relay did not say in time what it finds at itself`,
		unknown: say`the relay does not say what it finds at itself; its version may be an earlier one`,
	});
	const mail = createQuestion<MailWish, NonNullable<DoctorAnswer["mail"]>>({
		patience: options.patience ?? mailPatience,
		late: say`the relay did not say in time whether it has sent the mail`,
		unknown: say`the relay does not know of such mails; its version may be an earlier one`,
	});
	const name = (bytes: number) => randomBytes(bytes).toString("hex");
	const asks = () => look.asked !== undefined || mail.asked !== undefined;

	return {
		checkin: {
			own: () => (asks() ? { version: 1, look: look.asked, mail: mail.asked } : undefined),
			heardOwn(said, relay) {
				if (!asks() || relay !== options.relay) return;
				const { data } = doctorAnswerSchema.safeParse(said);
				look.heard(
					data?.look === look.asked ? data : undefined,
					data?.findings !== undefined || data?.failed !== undefined,
				);
				const sent = data?.mail?.id === mail.asked?.id ? data?.mail : undefined;
				mail.heard(sent, sent?.sent !== undefined || sent?.failed !== undefined);
				if (asks()) wantCheckin(askEvery);
			},
			subscribe(listener) {
				wantCheckin = listener;
			},
		},
		ask() {
			const begins = look.asked === undefined;
			const answer = look.ask(() => name(8));
			if (begins) wantCheckin();
			return answer;
		},
		async mail(to) {
			if (mail.asked !== undefined) throw new HeimwegError(say`another such mail is under way`);
			const answer = mail.ask(() => ({ id: name(12), to }));
			wantCheckin();
			const { id, failed } = await answer;
			if (failed !== undefined) throw new HeimwegError(failed);
			return `${id}@heimweg.invalid`;
		},
		stop() {
			look.stop();
			mail.stop();
		},
	};
}
