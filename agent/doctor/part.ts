import { doctorShape } from "../../shared/doctor/config.ts";
import { doctorSocket, lookByUnit } from "../../shared/doctor/daily.ts";
import { createDaily, dailySchema } from "../../shared/doctor/daily-look.ts";
import { type DoctorStatus, dailyRows } from "../../shared/doctor/daily-row.ts";
import { scheduleDaily } from "../../shared/doctor/daily-schedule.ts";
import { messageOf, remedyOf } from "../../shared/errors.ts";
import { keyedRate } from "../../shared/rate.ts";
import { HOUR } from "../../shared/time.ts";
import { agentPart } from "../part.ts";
import { createAskRelay } from "./ask-relay.ts";
import { doctorCommandLine } from "./cli.ts";
import * as conditions from "./conditions.ts";
import { whatIsKnown } from "./told.ts";

/** How often the relay is asked, as by a stranger, to hand on mail. fail2ban shuts out who is refused five times in ten minutes. */
const strangersQuestions = [{ count: 4, window: HOUR }];

/** What conditions of other parts tell, as it happens. */
const toldElsewhere = new Set([
	...["client_certificate_expired", "client_certificate_ends_soon", "client_certificate_of_other"],
	"mail_waits_long",
]);

/** Looks at all that a mail domain needs, and says whose turn it is where something is missing. */
export const doctor = agentPart({
	name: "doctor",
	config: doctorShape,
	conditions: Object.values(conditions),

	create({ relays, doctor: { check } }, { facts, health, log, key, state, statusChanged }) {
		let relayVersion: string | undefined;
		const questions = keyedRate(strangersQuestions);
		const known = () =>
			JSON.stringify({ ...whatIsKnown(facts, relayVersion), askStranger: questions.take("relay") });
		const relay = createAskRelay({ relay: relays[0]?.endpoint.host });
		const daily = createDaily({
			...{ program: "heimweg", toldElsewhere },
			async examine(signal) {
				const relays = await relay.ask().then(
					(said) => ({ told: JSON.stringify(said) }),
					(error: unknown) => ({ why: messageOf(error), remedy: remedyOf(error) }),
				);
				const beforehand = { asked: { told: known() }, relay: relays };
				return lookByUnit(doctorSocket("heimweg"), JSON.stringify(beforehand), signal);
			},
			memory: state("doctor.json", dailySchema),
			...{ health, log, onChange: statusChanged },
		});
		const schedule = scheduleDaily(daily, check, key.privateKey);
		return {
			name: "doctor",
			commands: {
				doctor: async () => known(),
				"doctor-relay": async () => JSON.stringify(await relay.ask()),
				"doctor-mail": (to) => relay.mail(to),
				"doctor-again": schedule.again,
			},
			checkin: {
				...relay.checkin,
				heard(answer) {
					relayVersion = answer.version;
				},
			},
			status: schedule.status,
			start: schedule.start,
			stop() {
				schedule.stop();
				relay.stop();
			},
		};
	},

	rows: (status) => dailyRows("heimweg", status as DoctorStatus),

	cli: doctorCommandLine,
});
