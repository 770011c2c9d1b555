import { once } from "node:events";
import { createServer } from "node:net";
import type { Random } from "../shared/random.ts";
import { damage, mutateJsonText, pick } from "./mutate.ts";

const zone = {
	name: "example.org",
	minimum_ttl: 3600,
	published: "2030-01-01T00:00:00Z",
	keys: [{ ds: ["1 13 2 ab"], dnskey: "257 3 13 ab" }],
};
const rrset = { subname: "mail", type: "A", ttl: 60, records: ["198.51.100.7"], domain: "example.org" };
const bodies: readonly unknown[] = [
	...[zone, [zone], [rrset, { ...rrset, type: "AAAA", records: ["2001:db8::7"] }], []],
	...[{ detail: "Request was throttled. Expected available in 3 seconds." }, [{}, { ttl: ["Too small."] }]],
];
const statuses = [200, 200, 200, 200, 200, 204, 302, 400, 401, 403, 404, 409, 418, 429, 500, 503, 999];
const types = ["application/json", "application/json; charset=utf-8", "text/html", "text/plain", "", "\x01"];

/** The bytes of an answer that deSEC would not give. */
export function malformedAnswer(random: Random): Buffer {
	const how = random.below(16);
	if (how === 0) return random.bytes(random.below(300));
	const body =
		how < 4
			? Buffer.from(pick(random, ["good", "badauth", "911", "nochg 1", "<html>", "", "good\0"]))
			: mutateJsonText(random, pick(random, bodies));
	const wrong = how === 4 ? random.below(3) * 7 - 5 : 0;
	const head = [
		`HTTP/1.1 ${pick(random, statuses)} Whatever`,
		`content-type: ${how < 8 ? types[0] : pick(random, types)}`,
		`content-length: ${Math.max(0, body.length + wrong)}`,
		...(random.below(6) === 0 ? [`retry-after: ${pick(random, ["1", "-1", "soon", "1e9", ""])}`] : []),
		...(random.below(10) === 0
			? [`link: <${pick(random, ["x", "http://a/?cursor=b", ""])}>; rel="next"`]
			: []),
	];
	const answer = Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1"), body]);
	return how === 5 ? damage(random, answer) : answer;
}

export interface GarbageDesec {
	port: number;
	/** Answers that were given. */
	answers(): number;
	stop(): void;
}

/** A server that answers every request with garbage, and closes. */
export async function startGarbageDesec(random: Random): Promise<GarbageDesec> {
	let answers = 0;
	const server = createServer((socket) => {
		socket.on("error", () => {});
		socket.once("data", () => {
			answers += 1;
			socket.end(malformedAnswer(random));
			socket.resume();
		});
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as { port: number };
	return { port, answers: () => answers, stop: () => void server.close() };
}
