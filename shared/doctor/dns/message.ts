import dnsPacket from "dns-packet";
import { quoted } from "../../dns/text.ts";
import type { Trouble } from "./answer.ts";

/** Bytes of an answer over UDP that no path has to split (DNS flag day 2020). */
const udpBytes = 1_232;

/** A question, as it goes out. */
export interface Question {
	name: string;
	type: string;
	/** To a resolver, which is to find out; a name server of the zone is not asked so. */
	recursive: boolean;
	/** With the signatures (RFC 4035, 3). */
	dnssec?: boolean;
	/** Also what a resolver that validates does not believe (CD; RFC 4035, 3.2.2). */
	unchecked?: boolean;
}

/** A record of an answer. */
export interface AnswerRecord {
	/** Small letters, without the final dot. */
	name: string;
	type: string;
	ttl: number;
	/** In presentation form; undefined for a type that nobody here asks for. */
	data: string | undefined;
}

/** What came, as far as it is an answer to this question. */
export interface Message {
	code: string;
	truncated: boolean;
	/** The server speaks for the zone. */
	authoritative: boolean;
	/** The resolver says that it has validated it. */
	authenticated: boolean;
	answers: AnswerRecord[];
	authorities: AnswerRecord[];
}

/** The question in bytes. */
export function encodeQuestion(
	id: number,
	{ name, type, recursive, dnssec = false, unchecked = false }: Question,
): Buffer {
	return dnsPacket.encode({
		type: "query",
		id,
		flags:
			(recursive ? dnsPacket.RECURSION_DESIRED : 0) |
			(dnssec ? dnsPacket.AUTHENTIC_DATA : 0) |
			(unchecked ? dnsPacket.CHECKING_DISABLED : 0),
		questions: [{ name, type: type as dnsPacket.RecordType, class: "IN" }],
		additionals: [
			{
				...{ type: "OPT", name: ".", udpPayloadSize: udpBytes, extendedRcode: 0, ednsVersion: 0 },
				...{ flags: dnssec ? dnsPacket.DNSSEC_OK : 0, flag_do: dnssec, options: [] },
			} as dnsPacket.OptAnswer,
		],
	});
}

/** Reads what came; undefined when it is no answer to the question: somebody else's, or garbage. */
export function decodeAnswer(bytes: Buffer, id: number, question: Question): Message | undefined {
	let packet: ReturnType<typeof dnsPacket.decode> & { rcode?: string };
	try {
		packet = dnsPacket.decode(bytes);
	} catch {
		return undefined;
	}
	const [asked] = packet.questions ?? [];
	if (packet.type !== "response" || packet.id !== id) return undefined;
	if (!asked || plain(asked.name) !== plain(question.name) || asked.type !== question.type) return undefined;
	return {
		code: packet.rcode ?? "NOERROR",
		truncated: packet.flag_tc,
		authoritative: packet.flag_aa,
		authenticated: packet.flag_ad,
		answers: (packet.answers ?? []).map(recordOf),
		authorities: (packet.authorities ?? []).map(recordOf),
	};
}

/** What the code of an answer says, where it is no answer. */
export function troubleOf({ code }: Message, server: string): Trouble | undefined {
	if (code === "NOERROR" || code === "NXDOMAIN") return undefined;
	if (code === "SERVFAIL") return { is: "servfail", server };
	return { is: code === "REFUSED" ? "refused" : "garbled", server };
}

export const plain = (name: string): string => name.toLowerCase().replace(/\.$/, "");

function recordOf(answer: dnsPacket.Answer): AnswerRecord {
	const { name, type } = answer;
	const ttl = "ttl" in answer ? (answer.ttl ?? 0) : 0;
	return { name: plain(name), type, ttl, data: "data" in answer ? dataOf(type, answer.data) : undefined };
}

type Loose = Record<string, never>;
const target = (name: string) => `${plain(name)}.`;
const hex = (bytes: Buffer) => bytes.toString("hex");

/** The data of a record, as a zone file has it. */
function dataOf(type: string, data: unknown): string | undefined {
	const one = data as Loose;
	switch (type) {
		case "A":
		case "AAAA":
			return String(data);
		case "NS":
		case "CNAME":
		case "PTR":
		case "DNAME":
			return target(String(data));
		case "MX":
			return `${one.preference ?? 0} ${target(one.exchange ?? "")}`;
		case "SRV":
			return `${one.priority ?? 0} ${one.weight ?? 0} ${one.port} ${target(one.target ?? "")}`;
		case "TXT":
			return quoted((Array.isArray(data) ? data : [data]).map((piece: Buffer | string) => latin(piece)));
		case "SOA":
			return `${target(one.mname ?? "")} ${target(one.rname ?? "")} ${one.serial}`;
		case "CAA":
			return `${one.flags ?? 0} ${one.tag} "${one.value}"`;
		case "TLSA":
			return `${one.usage} ${one.selector} ${one.matchingType} ${hex(one.certificate as never)}`;
		case "DS":
			return `${one.keyTag} ${one.algorithm} ${one.digestType} ${hex(one.digest as never)}`;
		case "DNSKEY":
			return `${one.flags} 3 ${one.algorithm} ${(one.key as unknown as Buffer).toString("base64")}`;
		default:
			return undefined;
	}
}

const latin = (piece: Buffer | string) => (typeof piece === "string" ? piece : piece.toString("latin1"));
