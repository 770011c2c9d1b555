import type { Address, Family } from "../../shared/address.ts";
import { readSecret } from "../../shared/config.ts";
import type { Provider } from "../../shared/dns/provider.ts";
import { budgetStateSchema } from "../../shared/dns/providers/desec/budget.ts";
import { createDesec } from "../../shared/dns/providers/desec/provider.ts";
import type { StatusRow } from "../../shared/part.ts";
import { momentText } from "../../shared/proof.ts";
import { publicKeyOf } from "../../shared/protocol/keys.ts";
import { onSchedule } from "../../shared/schedule.ts";
import { MINUTE } from "../../shared/time.ts";
import { version } from "../../shared/version.ts";
import { say } from "../../shared/words/say.ts";
import { agentPart } from "../part.ts";
import { dnsCommandLine } from "./cli.ts";
import * as conditions from "./conditions.ts";
import { dnsShape, relayedNames, reviewDns, typesOf } from "./config.ts";
import { createMailRecords, type MailRecordsState } from "./mail-records.ts";
import { recordsProof } from "./proof.ts";
import { createRecords, type RecordsState } from "./records.ts";
import { type Suits, suitingVia } from "./suits.ts";

/** Over so long the comparisons of all homes with the same schedule are spread. */
const checkSpread = 10 * MINUTE;

function stateInWords({ inSync, comparedAt, unseen = [] }: RecordsState): string {
	if (!inSync) return say`not known to be in sync with deSEC`;
	if (unseen.length === 0)
		return comparedAt
			? say`in sync with deSEC, compared at ${momentText(new Date(comparedAt))}`
			: say`in sync with deSEC`;
	return say`in sync with deSEC, but its name servers do not answer ${unseen.join(", ")} yet`;
}

function mailRecordsInWords({ zone, right, toDo, decide }: MailRecordsState["zones"][number]): string {
	const rest = [
		...(toDo > 0 ? [say`${toDo} to change`] : []),
		...(decide > 0 ? [say`${decide} for you to decide`] : []),
	];
	const well = say`${zone}: ${right} mail records as they should be`;
	return rest.length > 0 ? `${[well, ...rest].join("; ")} (heimweg dns plan)` : well;
}

/** What the status has of it. */
export interface DnsStatus {
	/** Published is not reached: `leadElsewhere` are addresses that are proven not to lead here from outside. */
	records?: RecordsState & { leadElsewhere?: readonly Address[] };
	/** The records of the mail domains, as they were last looked at. */
	mailRecords?: MailRecordsState;
	/** Which `dns.via` suits this line, and whether some names have another. */
	via?: Suits & { otherwise: boolean };
}

/** The records at deSEC of the names that get this line's addresses. */
export const dns = agentPart({
	name: "dns",
	config: dnsShape,
	review: reviewDns,
	conditions: Object.values(conditions),

	async load({ dns: config }, { secret }) {
		// It is read anew each time it is used; here only so that one that cannot be is told at once.
		if (config) await secret("dns.token_file", config.token_file);
	},

	create({ dns: config, mail, relays, state_dir }, context) {
		if (!config) return undefined;
		const { facts, key, health, log, guarded, state, statusChanged } = context;
		const relayed = relayedNames(config);
		const anyDirect = relayed.length < config.names.length;
		facts.published.own("dns")({
			names: config.names,
			relayed,
			// Where all names lead to the relay, nobody looks for us at this line's addresses.
			families: new Set<Family>(anyDirect ? typesOf(config).map((type) => (type === "A" ? 4 : 6)) : []),
			alsoPublic: config.also_public,
		});
		let provider: Promise<Provider> | undefined;
		const records = createRecords({
			...{ config, guarded, health, log },
			provider: (events) => {
				provider = createDesec({
					...{ api: config.api, update: config.update, userAgent: `heimweg/${version}`, ...events },
					token: () => readSecret("dns.token_file", config.token_file),
					memory: state("desec-budget.json", budgetStateSchema),
					now: () => performance.now(),
				});
				return provider;
			},
			family: (family) => facts.addresses.value?.[family] ?? { address: undefined, goneSince: undefined },
			refuted: (family) => (config.publish === "reachable" ? facts.reach.value?.[family] : undefined),
			relay: (family) => facts.way.value?.[family],
			onSettled: statusChanged,
		});
		facts.way.subscribe((_, before) => {
			if (relayed.length > 0) records.duty.poke(undefined, { urgent: before !== undefined });
		});
		const mailRecords = createMailRecords(
			config,
			{ domains: mail?.domains ?? [], stateDir: state_dir, relay: relays[0]!.endpoint.host },
			context,
			() => provider,
			async (zone, unseen) => {
				// What deSEC has committed and not published it publishes with the next change.
				(await provider)?.zone(zone).behind(unseen);
				records.duty.poke(undefined, { urgent: true });
			},
		);
		facts.addresses.subscribe((now, before) => {
			const moved = ([4, 6] as const).some((family) => now[family].address !== before?.[family].address);
			records.duty.poke(undefined, { urgent: moved });
		});
		facts.reach.subscribe((_, before) => {
			if (config.publish === "reachable" && before) records.duty.poke(undefined, { urgent: true });
		});
		facts.relays.subscribe((_, now, before) => {
			// What waits for a line may be tried again.
			if (now?.up && !before?.up) records.duty.poke(undefined, { urgent: true });
		});
		const refuted = () => ([4, 6] as const).flatMap((family) => facts.reach.value?.[family] ?? []);
		const unknown = { 4: undefined, 6: undefined };
		function suits(): Suits & { otherwise: boolean } {
			const { 4: four, 6: six } = facts.addresses.value ?? unknown;
			const known = suitingVia({
				line: { 4: four?.address, 6: six?.address },
				goneSince: { 4: four?.goneSince, 6: six?.goneSince },
				reached: facts.reached.value ?? unknown,
				refuted: facts.reach.value ?? unknown,
				relay: facts.way.value ?? unknown,
			});
			// Through the relay every line works.
			return { ...known, otherwise: known.via === "relay" && anyDirect };
		}

		let endSchedule = () => {};
		return {
			name: "dns",
			duties: () => [records.duty],
			commands: mailRecords.commands,
			checkin: mailRecords.checkin,
			status: (): DnsStatus => ({
				records: { ...records.state(), leadElsewhere: refuted() },
				mailRecords: mailRecords.state(),
				via: suits(),
			}),
			proof() {
				const failing = health.list().find(({ code }) => code === conditions.recordsFailing.code);
				return { records: recordsProof(records.state(), failing?.title, refuted()) };
			},
			async start() {
				await mailRecords.start();
				const check = async () => {
					records.recheck();
					await mailRecords.look();
				};
				endSchedule = onSchedule(config.check, check, {
					spread: { key: publicKeyOf(key.privateKey), most: checkSpread },
				});
			},
			serve: () => records.duty.poke(),
			stop() {
				endSchedule();
				mailRecords.stop();
			},
		};
	},

	rows(status) {
		const { records, mailRecords, via } = status as DnsStatus;
		if (!records) return [];
		const rows: StatusRow[] = [
			{
				place: 30,
				name: "DNS",
				text: stateInWords(records),
			},
		];
		const elsewhere = new Set<string>(records.leadElsewhere ?? []);
		for (const { name, type, records: values } of records.records) {
			const record = `${name} ${type} ${values.join(" ")}`;
			const lost = values.some((value) => elsewhere.has(value));
			const text = lost ? say`${record}, published, but does not lead here` : record;
			rows.push({ place: 30, name: "", text });
		}
		if (via?.otherwise)
			rows.push({ place: 30, name: "", text: say`via = "relay" in [dns] would suit: ${via.because}` });
		for (const one of mailRecords?.zones ?? [])
			rows.push({ place: 30, name: "", text: mailRecordsInWords(one) });
		return rows;
	},

	cli: dnsCommandLine,

	summary(status) {
		const { records } = status as DnsStatus;
		return records ? [{ place: 30, text: records.inSync ? "records in sync" : "records not in sync" }] : [];
	},
});
