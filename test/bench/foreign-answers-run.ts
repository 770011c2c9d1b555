/*
Random zones with wildcards and a second writer, in which Heimweg plans, applies and undoes; a real name server is asked
for what nobody planned.

	foreign-answers-run.ts --zones 10000 --seed 1 --server 192.0.2.53 --pdns-url http://127.0.0.1:8081 --pdns-key KEY

Prints one line of JSON: { zones, questions, changed, applies, undos, refused, races }.
*/
import { parseArgs } from "node:util";
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
	},
});

/** Stories at the same time; each has two zones at the server, as it would be without Heimweg and as it is. */
const workers = 6;

/** Questions for each comparison beside those around what was planned. */
const anyQuestions = 4;

const questions = await questionsTo(values.server, Number(values.port));
const sums = { zones: 0, questions: 0, changed: 0, applies: 0, undos: 0, refused: 0, races: 0 };
const said: string[] = [];
let next = 0;

await Promise.all(Array.from({ length: workers }, (_, at) => work(at)));
questions.stop();
console.log(JSON.stringify({ ...sums, said: said.slice(0, 20) }));

async function work(worker: number): Promise<void> {
	const [before, after] = [await serverZone(`before${worker}.test`), await serverZone(`after${worker}.test`)];
	while (next < Number(values.zones)) {
		const numbers = random(Number(values.seed) * 1_000_003 + next++);
		const story = await foreignAnswers(
			numbers,
			(rrsets, when) => (when === "before" ? before : after).load(rrsets),
			(planned) => chosen(numbers, planned),
		);
		sums.zones++;
		sums.changed += story.changed.length;
		said.push(...story.changed);
		for (const name of ["applies", "undos", "refused", "races"] as const) sums[name] += story[name];
	}
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
