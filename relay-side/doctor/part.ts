import { doctorShape } from "../../shared/doctor/config.ts";
import { doctorSocket, lookByUnit } from "../../shared/doctor/daily.ts";
import { createDaily, dailySchema } from "../../shared/doctor/daily-look.ts";
import { type DoctorStatus, dailyRows } from "../../shared/doctor/daily-row.ts";
import { publicKeyOf } from "../../shared/protocol/keys.ts";
import { onSchedule } from "../../shared/schedule.ts";
import { HOUR } from "../../shared/time.ts";
import { relayPart } from "../part.ts";
import { doctorCommandLine } from "./cli.ts";
import * as conditions from "./conditions.ts";
import { createForHomes } from "./for-homes.ts";
import { whatIsKnown } from "./told.ts";

/** Over so long the looks of all relays with the same schedule are spread: lists and name servers are asked by each. */
const spread = HOUR;

/** Looks at all that mail needs of the relay, and says whose turn it is where something is missing. */
export const doctor = relayPart({
	name: "doctor",
	config: doctorShape,
	conditions: Object.values(conditions),

	create({ doctor: { check } }, { facts, health, log, key, state, statusChanged }) {
		/** What each home's program is, as it says. */
		const versions = new Map<string, string>();
		facts.homes.subscribe(({ registry }) => {
			for (const home of versions.keys()) if (!registry.homes.has(home)) versions.delete(home);
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
		let endSchedule = () => {};
		return {
			name: "doctor",
			commands: {
				doctor: async () => JSON.stringify(known()),
				async "doctor-again"() {
					const last = daily.last();
					if (last && last.counts.todo + last.counts.risk > 0) void daily.look();
					return "";
				},
			},
			checkin: {
				answer(home, { version }) {
					versions.set(home.id, version);
					return {};
				},
				own: (_home, said) => forHomes.answer(said),
			},
			status: (): DoctorStatus => ({ doctor: daily.last() }),
			async start() {
				await daily.start();
				endSchedule = onSchedule(check, daily.look, {
					spread: { key: publicKeyOf(key.privateKey), most: spread },
				});
			},
			stop() {
				endSchedule();
				daily.stop();
				forHomes.stop();
			},
		};
	},

	rows: (status) => dailyRows("heimweg-relay", status as DoctorStatus),

	cli: doctorCommandLine,
});
