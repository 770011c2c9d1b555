import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import dnsPacket from "dns-packet";
import { stringsOf } from "../../../../shared/dns/text.ts";

/** How a server misbehaves for a name. */
export type Misbehaviour =
	| "silent"
	| "SERVFAIL"
	| "REFUSED"
	| "garbled"
	| "lame"
	| "truncated"
	| "other_name";

/** A name server on loopback, over UDP and TCP, that is resolver and the zones' own server at once. */
export interface DnsServer {
	/** `127.0.0.1:PORT`. */
	address: string;
	port: number;
	/** By `name TYPE`, in presentation form; the zones are the names with an SOA. */
	records: Map<string, string[]>;
	/** What it answers from; a resolver that lies has another table. */
	answersFor(recursive: boolean): ReadonlyMap<string, string[]>;
	/** By name: what is done instead of answering right; a resolver's answers (`recursive`) or the zone's own. */
	misbehave(question: {
		name: string;
		type: string;
		recursive: boolean;
		unchecked: boolean;
	}): Misbehaviour | undefined;
	/** By zone: the servers that the zone above names, in a referral. */
	referrals: Map<string, string[]>;
	/** Zones whose answers come with signatures; a resolver leaves them out when it strips. */
	signed: Set<string>;
	strips: boolean;
	/** Seconds, of every record. */
	ttl: number;
	/** Questions that came, `name TYPE`, with `tcp` behind those over TCP. */
	asked: string[];
	stop(): Promise<void>;
}

/**
 * @param place another loopback address with the port of a server before, for a second one of the same zones
 */
export async function dnsServer(place: { address?: string; port?: number } = {}): Promise<DnsServer> {
	const { address = "127.0.0.1" } = place;
	const { udp, tcp, port } = await openBoth(address, place.port);
	const server: DnsServer = {
		...{ address: `${address}:${port}`, port, records: new Map(), asked: [] },
		...{ referrals: new Map(), signed: new Set(), strips: false, ttl: 60 },
		misbehave: () => undefined,
		answersFor: () => server.records,
		async stop() {
			tcp.close();
			await new Promise<void>((done) => udp.close(() => done()));
		},
	};
	udp.on("message", (bytes, from) => {
		for (const answer of answersTo(server, bytes, false)) udp.send(answer, from.port, from.address);
	});
	tcp.on("connection", (socket) => {
		socket.on("error", () => {});
		socket.on("data", (bytes) => {
			for (const answer of answersTo(server, bytes.subarray(2), true)) {
				const length = Buffer.alloc(2);
				length.writeUInt16BE(answer.length);
				socket.write(Buffer.concat([length, answer]));
			}
		});
	});
	return server;
}

/** One port for both; whichever the system gives for UDP, another program may have for TCP. */
async function openBoth(address: string, wanted?: number) {
	for (;;) {
		const udp = createSocket("udp4").bind(wanted ?? 0, address);
		await once(udp, "listening");
		const { port } = udp.address();
		const tcp = createServer().listen(port, address);
		try {
			await once(tcp, "listening");
			return { udp, tcp, port };
		} catch (error) {
			udp.close();
			if (wanted !== undefined) throw error;
		}
	}
}

function answersTo(server: DnsServer, bytes: Buffer, tcp: boolean): Buffer[] {
	const query = dnsPacket.decode(bytes);
	const { name, type } = query.questions![0]!;
	server.asked.push(`${name} ${type}${tcp ? " tcp" : ""}`);
	const wrong = server.misbehave({ name, type, recursive: query.flag_rd, unchecked: query.flag_cd });
	if (wrong === "silent") return [];
	if (wrong === "garbled") return [Buffer.from("this is no message")];
	const asked = wrong === "other_name" ? [{ ...query.questions![0]!, name: "else.test" }] : query.questions!;
	const head = { type: "response" as const, id: query.id!, questions: asked };
	const authoritative = wrong === "lame" || query.flag_rd ? 0 : dnsPacket.AUTHORITATIVE_ANSWER;
	if (wrong === "SERVFAIL") return [dnsPacket.encode({ ...head, flags: 2 })];
	if (wrong === "REFUSED") return [dnsPacket.encode({ ...head, flags: 5 })];
	if (wrong === "truncated" && !tcp)
		return [dnsPacket.encode({ ...head, flags: authoritative | dnsPacket.TRUNCATED_RESPONSE })];
	const referred = query.flag_rd || type !== "NS" ? undefined : server.referrals.get(name);
	if (referred)
		return [
			dnsPacket.encode({ ...head, flags: 0, authorities: referred.map((one) => answerOf(name, "NS", one)) }),
		];
	const { answers, authorities, code } = lookUp(server.answersFor(query.flag_rd), name.toLowerCase(), type);
	const wantsSignatures = query.additionals?.some((one) => one.type === "OPT" && one.flag_do);
	if (wantsSignatures && answers.length > 0 && server.signed.has(name) && !(server.strips && query.flag_rd))
		answers.push(signatureOf(name, type));
	for (const one of answers) Object.assign(one, { ttl: server.ttl });
	return [dnsPacket.encode({ ...head, flags: authoritative | code, answers, authorities })];
}

function signatureOf(name: string, type: string): dnsPacket.Answer {
	const data = {
		...{ typeCovered: type, algorithm: 13, labels: 2, originalTTL: 60, expiration: 1, inception: 1 },
		...{ keyTag: 1, signersName: name, signature: Buffer.from("signature") },
	};
	return { name, type: "RRSIG", ttl: 60, class: "IN", data } as unknown as dnsPacket.Answer;
}

function lookUp(records: ReadonlyMap<string, string[]>, name: string, type: string) {
	const answers: dnsPacket.Answer[] = [];
	let at = name;
	for (let step = 0; step < 10; step++) {
		const found = records.get(`${at} ${type}`);
		if (found) {
			answers.push(...found.map((record) => answerOf(at, type, record)));
			return { answers, authorities: [], code: 0 };
		}
		const alias = records.get(`${at} CNAME`)?.[0];
		if (!alias) break;
		answers.push(answerOf(at, "CNAME", alias));
		at = alias.replace(/\.$/, "");
	}
	const exists = [...records.keys()].some((key) => key.split(" ")[0]!.endsWith(at));
	let zone = at;
	while (zone !== "" && !records.has(`${zone} SOA`)) zone = zone.split(".").slice(1).join(".");
	const soa = records.get(`${zone} SOA`)?.[0];
	const authorities = soa ? [answerOf(zone || ".", "SOA", soa)] : [];
	return { answers, authorities, code: exists ? 0 : 3 };
}

function answerOf(name: string, type: string, record: string): dnsPacket.Answer {
	const class_ = "IN" as const;
	return { name, type, ttl: 60, class: class_, data: dataOf(type, record) } as unknown as dnsPacket.Answer;
}

function dataOf(type: string, record: string): unknown {
	const words = record.split(" ");
	const number = (at: number) => Number(words[at]);
	const host = (at: number) => words[at]!.replace(/\.$/, "");
	switch (type) {
		case "A":
		case "AAAA":
			return record;
		case "NS":
		case "CNAME":
		case "PTR":
			return host(0);
		case "MX":
			return { preference: number(0), exchange: host(1) };
		case "SRV":
			return { priority: number(0), weight: number(1), port: number(2), target: host(3) };
		case "TXT":
			return stringsOf(record)!.map((one) => Buffer.from(one, "latin1"));
		case "CAA":
			return { flags: number(0), tag: words[1], value: words.slice(2).join(" ").replace(/^"|"$/g, "") };
		case "TLSA":
			return {
				...{ usage: number(0), selector: number(1), matchingType: number(2) },
				certificate: Buffer.from(words[3]!, "hex"),
			};
		case "DNSKEY":
			return { flags: number(0), algorithm: number(2), key: Buffer.from(words[3]!, "base64") };
		case "DS":
			return {
				...{ keyTag: number(0), algorithm: number(1), digestType: number(2) },
				digest: Buffer.from(words[3]!, "hex"),
			};
		case "SOA":
			return { mname: host(0), rname: host(1), serial: number(2), minimum: 60 };
		default:
			throw new RangeError(`the server has no records of type ${type}`);
	}
}
