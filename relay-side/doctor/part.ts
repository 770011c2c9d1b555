import { Resolver } from "node:dns/promises";
import { doctorShape } from "../../shared/doctor/config.ts";
import { doctorSocket, lookByUnit } from "../../shared/doctor/daily.ts";
import { createDaily, dailySchema } from "../../shared/doctor/daily-look.ts";
import { type DoctorStatus, dailyRows } from "../../shared/doctor/daily-row.ts";
import { scheduleDaily } from "../../shared/doctor/daily-schedule.ts";
import { type DoctorAnswer, doctorReportSchema } from "../../shared/protocol/doctor.ts";
import { domainOfRecipient, everyoneAt } from "../../shared/recipient.ts";
import { sendMail } from "../../shared/smtp.ts";
import { SECOND } from "../../shared/time.ts";
import { ownName } from "../own-name.ts";
import { relayPart } from "../part.ts";
import { doctorCommandLine } from "./cli.ts";
import * as conditions from "./conditions.ts";
import { createForHomes } from "./for-homes.ts";
import { createStrangersMail } from "./strangers-mail.ts";
import { whatIsKnown } from "./told.ts";

/** For one question of what this relay is called. */
const lookupPatience = 3 * SECOND;

/** Looks at all that mail needs of the relay, and says whose turn it is where something is missing. */
export const doctor = relayPart({
	name: "doctor",
	config: doctorShape,
	conditions: Object.values(conditions),

	create({ tunnel, doctor: { check } }, { facts, health, log, key, run, state, statusChanged }) {
		const strangersMail = createStrangersMail({
			place: () => ownName(run, new Resolver({ timeout: lookupPatience, tries: 2 }), tunnel.networks),
			send: sendMail,
			isListed(home, recipient) {
				const list = facts.lists.value?.of(home.id)?.list;
				return list && (list.has(recipient) || list.has(everyoneAt(domainOfRecipient(recipient))));
			},
		});
		/** What each home's program is, as it says. */
		const versions = new Map<string, string>();
		facts.homes.subscribe(({ registry }) => {
			for (const home of versions.keys()) if (!registry.homes.has(home)) versions.delete(home);
			strangersMail.keep(registry.homes);
		});
		const known = () => whatIsKnown(facts, health, versions);
		const look = (signal: AbortSignal, known: object) =>
			lookByUnit(doctorSocket("heimweg-relay"), JSON.stringify(known), signal);
		// Whose domains are served here is no home's to know.
		const forHomes = createForHomes({ look: (signal) => look(signal, {}) });
		const daily = createDaily({
			program: "heimweg-relay",
			// What the daemon has found stands by itself.
			examine: (signal) => look(signal, { told: { ...known(), conditions: [] } }),
			memory: state("doctor.json", dailySchema),
			...{ health, log, onChange: statusChanged },
		});
		const schedule = scheduleDaily(daily, check, key.privateKey);
		return {
			name: "doctor",
			commands: {
				doctor: async () => JSON.stringify(known()),
				"doctor-again": schedule.again,
			},
			checkin: {
				answer(home, { version }) {
					versions.set(home.id, version);
					return {};
				},
				own(home, said): DoctorAnswer | undefined {
					const { data } = doctorReportSchema.safeParse(said);
					if (data?.look === undefined && !data?.mail) return undefined;
					return {
						version: 1,
						...(data.look === undefined ? {} : forHomes.answer(data.look)),
						...(data.mail ? { mail: strangersMail.answer(home, data.mail) } : {}),
					};
				},
			},
			status: schedule.status,
			start: schedule.start,
			stop() {
				schedule.stop();
				forHomes.stop();
			},
		};
	},

	rows: (status) => dailyRows("heimweg-relay", status as DoctorStatus),

	cli: doctorCommandLine,
});
