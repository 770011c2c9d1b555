/*
Random zones with wildcards and a second writer, in which Heimweg plans, applies and undoes; a real name server is asked
for what nobody planned.

	foreign-answers-run.ts --zones 10000 --seed 1 --server 192.0.2.53 --pdns-url http://127.0.0.1:8081 --pdns-key KEY
		[--progress FILE]

Prints one line of JSON: { zones, questions, changed, applies, undos, refused, races, said }.

--progress   keeps the sums there after each hundred zones; a run that was broken off goes on from them.
*/
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { writeFileAtomic } from "../../shared/atomic-file.ts";
import type { RRset } from "../../shared/dns/rrset.ts";
import { type Ask, foreignAnswers } from "../shared/dns/plan/foreign-answers.ts";
import { allNames, askedTypes } from "../shared/dns/plan/random-zone.ts";
import { type Random, random } from "../shared/random.ts";
import { questionsTo } from "./dns-question.ts";

const { values } = parseArgs({
	options: {
		zones: { type: "string", default: "10000" },
		seed: { type: "string", default: "1" },
		server: { type: "string", default: "127.0.0.1" },
		port: { type: "string", default: "53" },
		"pdns-url": { type: "string", default: "http://127.0.0.1:8081" },
		"pdns-key": { type: "string", default: "" },
		progress: { type: "string" },
	},
});

/** Stories at the same time; each has two zones at the server, as it would be without Heimweg and as it is. */
const workers = 6;

/** Questions for each comparison beside those around what was planned. */
const anyQuestions = 4;

/** Zones between two times that the sums are kept. */
const stretch = 100;

interface Sums {
	zones: number;
	questions: number;
	changed: number;
	applies: number;
	undos: number;
	refused: number;
	races: number;
	/** The first changed answers, in words. */
	said: string[];
}

const questions = await questionsTo(values.server, Number(values.port));
const sums = await begun();
const pairs = await Promise.all(
	Array.from({ length: workers }, async (_, at) => ({
		before: await serverZone(`before${at}.test`),
		after: await serverZone(`after${at}.test`),
	})),
);
while (sums.zones < Number(values.zones)) {
	let next = sums.zones;
	const end = Math.min(next + stretch, Number(values.zones));
	await Promise.all(
		pairs.map(async (pair) => {
			while (next < end) await tell(pair, next++);
		}),
	);
	sums.zones = end;
	if (values.progress) await writeFileAtomic(values.progress, JSON.stringify(sums), { mode: 0o644 });
}
questions.stop();
console.log(JSON.stringify({ ...sums, said: sums.said.slice(0, 20) }));

/** What an earlier run has come to. */
async function begun(): Promise<Sums> {
	const none = { zones: 0, questions: 0, changed: 0, applies: 0, undos: 0, refused: 0, races: 0, said: [] };
	if (!values.progress) return none;
	const text = await readFile(values.progress, "utf8").catch(() => undefined);
	return text ? (JSON.parse(text) as Sums) : none;
}

/** One zone's story; it has a seed of its own, so that it is the same alone. */
async function tell({ before, after }: (typeof pairs)[number], zone: number): Promise<void> {
	const numbers = random(Number(values.seed) * 1_000_003 + zone);
	const story = await foreignAnswers(
		numbers,
		(rrsets, when) => (when === "before" ? before : after).load(rrsets),
		(planned) => chosen(numbers, planned),
	);
	sums.changed += story.changed.length;
	sums.said.push(...story.changed.map((line) => `zone ${zone}: ${line}`));
	for (const name of ["applies", "undos", "refused", "races"] as const) sums[name] += story[name];
}

/** The names at, above and beside what was planned, where an answer can change, and some others. */
function chosen(numbers: Random, planned: ReadonlySet<string>): Array<[string, string]> {
	const names = new Set<string>();
	for (const key of planned) {
		const labels = key.slice(0, key.lastIndexOf(" ")).split(".");
		for (const at of labels.keys()) {
			const name = labels.slice(at).join(".");
			names.add(name).add(`x.${name}`);
		}
	}
	const all = allNames();
	for (let count = 0; count < anyQuestions; count++) names.add(all[numbers.below(all.length)]!);
	return [...names].flatMap((name) => askedTypes.map((type): [string, string] => [name, type]));
}

/** A zone of PowerDNS, signed as deSEC has it, whose RRsets are replaced by what is to be asked. */
async function serverZone(zone: string): Promise<{ load(rrsets: readonly RRset[]): Promise<Ask> }> {
	const loaded = new Map<string, string>();
	// From a run that was broken off.
	await call("DELETE", `/${zone}.`, undefined).catch(() => {});
	await call("POST", "", {
		...{ name: `${zone}.`, kind: "Native", dnssec: true, api_rectify: true, soa_edit_api: "INCREASE" },
		nameservers: ["ns1.desec.test."],
	});
	return {
		async load(rrsets) {
			const wanted = new Map(
				rrsets
					.filter(({ subname, type }) => !(subname === "" && type === "NS"))
					.map((rrset) => [`${rrset.subname} ${rrset.type}`, rrset]),
			);
			const gone = [...loaded.keys()].filter((key) => !wanted.has(key));
			const fresh = [...wanted].filter(([key, { records }]) => loaded.get(key) !== records.join("\n"));
			const full = (subname: string) => (subname === "" ? `${zone}.` : `${subname}.${zone}.`);
			const changes = [
				...gone.map((key) => {
					const at = key.lastIndexOf(" ");
					return { name: full(key.slice(0, at)), type: key.slice(at + 1), changetype: "DELETE" };
				}),
				...fresh.map(([, { subname, type, ttl, records }]) => ({
					...{ name: full(subname), type, ttl, changetype: "REPLACE" },
					records: records.map((content) => ({ content, disabled: false })),
				})),
			];
			if (changes.length > 0) await call("PATCH", `/${zone}.`, { rrsets: changes });
			for (const key of gone) loaded.delete(key);
			for (const [key, { records }] of fresh) loaded.set(key, records.join("\n"));
			return async (subname, type) => {
				sums.questions++;
				const answer = await questions.ask(full(subname).slice(0, -1), type);
				return answer.replaceAll(zone, "ZONE");
			};
		},
	};
}

async function call(method: string, path: string, body: unknown): Promise<void> {
	const response = await fetch(`${values["pdns-url"]}/api/v1/servers/localhost/zones${path}`, {
		...{ method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) },
		headers: { "x-api-key": values["pdns-key"], "content-type": "application/json" },
	});
	const text = await response.text();
	if (!response.ok) throw new Error(`PowerDNS: ${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
}
