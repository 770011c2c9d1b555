import { getServers } from "node:dns";
import { type Answer, recordsIn, type Trouble } from "./answer.ts";
import { askServer, type Place } from "./exchange.ts";
import { type AnswerRecord, type Message, plain, type Question, troubleOf } from "./message.ts";

/** Names on the way along CNAMEs; more are a circle. */
const longestChain = 8;

/** Servers of a zone that are asked in turn when one does not answer. */
const mostServers = 4;

/** Where names are asked for; what was asked once is remembered, so that all checks of one look see the same. */
export interface Dns {
	/** What this machine's resolver says: what programs here see. */
	ask(name: string, type: string): Promise<Answer>;
	/** What the zone's own name servers say, and no cache: what the world is going to see. */
	published(name: string, type: string): Promise<Answer>;
	/** The name servers of the zone that holds the name. */
	zoneOf(name: string): Promise<Zone | Trouble>;
	/** Whether a resolver here, which validates, refuses what it finds for the name and the type. */
	distrusts(name: string, type: string): Promise<boolean>;
	/** What one server says. */
	at(place: Place, question: Question): Promise<Message | Trouble>;
	/** Where this machine asks. */
	readonly resolvers: readonly Place[];
}

export interface Zone {
	zone: string;
	/** Names of the servers, and the places that they listen at; no place: the name has no address. */
	servers: ReadonlyArray<{ name: string; places: readonly Place[] }>;
}

export interface DnsOptions {
	/** The resolvers, `ADDRESS` or `ADDRESS:PORT`; this machine's. */
	resolvers?: readonly string[];
	/** Where the zones' own servers listen. */
	port?: number;
	exchange?(place: Place, question: Question): ReturnType<typeof askServer>;
}

export function createDns(options: DnsOptions = {}): Dns {
	const { port = 53, exchange = askServer } = options;
	const resolvers = (options.resolvers ?? getServers()).map(placeOf);
	const asked = new Map<string, Promise<unknown>>();
	const once = <T>(key: string, act: () => Promise<T>): Promise<T> => {
		const known = (asked.get(key) as Promise<T> | undefined) ?? act();
		asked.set(key, known);
		return known;
	};

	const at: Dns["at"] = (place, question) =>
		once(`${place.address} ${place.port} ${JSON.stringify(question)}`, () => exchange(place, question));

	/** The first of these that answers. */
	async function firstOf(
		places: readonly Place[],
		question: Question,
		fits: (message: Message, place: Place) => Trouble | undefined,
	): Promise<Message | Trouble> {
		let last: Trouble = { is: "no_server", server: question.name };
		for (const place of places.slice(0, mostServers)) {
			const said = await at(place, question);
			const trouble = "is" in said ? said : (troubleOf(said, place.name) ?? fits(said, place));
			if (!trouble) return said;
			last = trouble;
		}
		return last;
	}

	/** What a resolver that validates does not believe is taken without: what is wrong is to be seen. */
	async function resolved(name: string, type: string): Promise<Message | Trouble> {
		const question = { name: plain(name), type, recursive: true };
		const said = await firstOf(resolvers, question, () => undefined);
		if (!("is" in said) || said.is !== "servfail") return said;
		const other = await firstOf(resolvers, { ...question, unchecked: true }, () => undefined);
		return "is" in other ? said : other;
	}

	const distrusts: Dns["distrusts"] = async (name, type) => {
		const question = { name: plain(name), type, recursive: true };
		const said = await firstOf(resolvers, question, () => undefined);
		return "is" in said && said.is === "servfail" && !("is" in (await resolved(name, type)));
	};

	const ask: Dns["ask"] = async (name, type) => {
		const said = await resolved(name, type);
		return "is" in said ? { is: "unknown", trouble: said } : answerOf(said, plain(name), type);
	};

	/** The zone's name comes with the start of authority, be it the answer or why there is none (RFC 2308, 2). */
	async function zoneName(name: string): Promise<string | Trouble> {
		for (let at = plain(name); at !== ""; at = at.split(".").slice(1).join(".")) {
			const said = await resolved(at, "SOA");
			if ("is" in said) return said;
			// Along a CNAME the authority is the target's.
			if (said.answers.some((one) => one.type === "CNAME" && one.name === at)) continue;
			const soa = [...said.answers, ...said.authorities].find(({ type }) => type === "SOA");
			if (soa) return soa.name;
		}
		return { is: "no_server", server: name };
	}

	const zoneOf: Dns["zoneOf"] = async (name) => {
		const zone = await once(`zone ${plain(name)}`, () => zoneName(name));
		if (typeof zone !== "string") return zone;
		return once(`servers ${zone}`, async () => {
			const names = await ask(zone, "NS");
			if (names.is === "unknown") return names.trouble;
			const servers = await Promise.all(
				recordsIn(names).map(async (record) => {
					const host = plain(record);
					const found = await Promise.all(["A", "AAAA"].map((type) => ask(host, type)));
					const places = found.flatMap(recordsIn).map((address): Place => ({ address, port, name: host }));
					return { name: host, places };
				}),
			);
			return { zone, servers };
		});
	};

	async function published(name: string, type: string, chain = 0): Promise<Answer> {
		const zone = await zoneOf(name);
		if ("is" in zone) return { is: "unknown", trouble: zone };
		// One address of each server first, so that a family that this line does not have costs little.
		const places = [
			...zone.servers.flatMap(({ places }) => places.slice(0, 1)),
			...zone.servers.flatMap(({ places }) => places.slice(1)),
		];
		const question = { name: plain(name), type, recursive: false };
		const said = await firstOf(places, question, ({ authoritative }, { name: server }) =>
			authoritative ? undefined : { is: "not_its_zone", server },
		);
		// Where the way to the servers is closed, the resolver's word is better than none.
		if ("is" in said) {
			const other = await ask(name, type);
			return other.is === "unknown" ? { is: "unknown", trouble: said } : other;
		}
		const answer = answerOf(said, plain(name), type);
		if (answer.is !== "nothing" || answer.alias === undefined || chain >= longestChain) return answer;
		const beyond = await published(answer.alias, type, chain + 1);
		return beyond.is === "unknown" ? beyond : { ...beyond, alias: answer.alias };
	}

	return { ask, published, zoneOf, distrusts, at, resolvers };
}

/** What a message says of the name, along the CNAMEs in it. */
function answerOf({ answers, code }: Message, name: string, type: string): Answer {
	let at = name;
	const of = (one: AnswerRecord, wanted: string) => one.name === at && one.type === wanted;
	for (let step = 0; step < longestChain; step++) {
		const found = answers.filter((one) => of(one, type));
		const alias = at === name ? {} : { alias: at };
		if (found.length > 0) {
			const records = found.flatMap(({ data }) => data ?? []);
			return { is: "there", records, ttl: Math.min(...found.map(({ ttl }) => ttl)), ...alias };
		}
		const next = answers.find((one) => of(one, "CNAME"))?.data;
		if (!next) return { is: "nothing", noName: code === "NXDOMAIN", ...alias };
		at = plain(next);
	}
	return { is: "nothing", noName: false, alias: at };
}

function placeOf(text: string): Place {
	const [, six, sixPort] = /^\[(.*)\](?::(\d+))?$/.exec(text) ?? [];
	if (six) return { address: six, port: Number(sixPort ?? 53), name: six };
	const [, four = text, fourPort] = /^([\d.]+):(\d+)$/.exec(text) ?? [];
	return { address: four, port: Number(fourPort ?? 53), name: four };
}
