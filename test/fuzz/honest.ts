import { createSocket } from "node:dgram";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createAddressBook } from "../../agent/address/book.ts";
import { createRecords } from "../../agent/dns/records.ts";
import { endpointText, parseCidr } from "../../shared/address.ts";
import { budgetStateSchema } from "../../shared/dns/providers/desec/budget.ts";
import { createDesec } from "../../shared/dns/providers/desec/provider.ts";
import { Health } from "../../shared/health.ts";
import { createLog } from "../../shared/log.ts";
import { decodeAnswer, encodePulse } from "../../shared/protocol/pulse.ts";
import { savedState } from "../../shared/saved-state.ts";
import { TOKEN } from "../desec/asking.ts";
import { type StandIn, startStandIn } from "../desec/stand-in.ts";
import type { Person } from "./people.ts";

/** Milliseconds between her pulses: often enough that she never counts as away on a busy machine. */
const interval = 300;

/** A home that behaves: it pulses, believes the relay's answers, and keeps its record at a stand-in for deSEC. */
export function honestHome({ person, relay }: { person: Person; relay: { address: string; port: number } }) {
	const { log } = createLog();
	log.level = "silent";
	const health = new Health(log);
	const alsoPublic = ["198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "6.0.0.0/8"].map(parseCidr);
	const socket = createSocket("udp4");
	const told = new Set<string>();
	let [counter, answered, generation] = [0, 0, 0];
	let holding = false;
	let skipped = false;
	let timer: NodeJS.Timeout | undefined;
	let desec: StandIn | undefined;
	let folder = "";
	let records: ReturnType<typeof createRecords> | undefined;
	const book = createAddressBook({
		...{ alsoPublic, published: new Set([4, 6] as const), health, log },
		onChange: () => records?.duty.poke(undefined, { urgent: true }),
		onGone: () => {},
	});

	function pulse(): void {
		skipped = holding;
		if (holding) return;
		counter += 1;
		const { pulse: key } = person.keys;
		socket.send(
			encodePulse({ run: 1, counter, interval: 3_000, lookAnew: false, generation }, key),
			...([relay.port, relay.address] as const),
		);
	}

	socket.on("message", (datagram) => {
		const answer = decodeAnswer(datagram, person.keys.answer);
		if (answer?.run !== 1) return;
		if (answer.sub === 0) answered += 1;
		generation = answer.generation;
		if (!answer.endpoint) return;
		told.add(endpointText(answer.endpoint));
		book.seenBy("relay", answer.endpoint.address);
	});

	return {
		async start() {
			folder = await mkdtemp(join(tmpdir(), "heimweg-honest-"));
			desec = await startStandIn({ domains: [{ name: "anna.example" }], tokens: [{ secret: TOKEN }] });
			records = createRecords({
				config: {
					...{ names: ["mail.anna.example"], publish: ["A", "AAAA"], check: "17 */6 * * *" },
					...{ token_file: join(folder, "token"), also_public: alsoPublic },
					...{ api: desec.url, update: desec.updateUrl },
				},
				provider: (events) =>
					createDesec({
						...{ api: desec!.url, update: desec!.updateUrl, userAgent: "heimweg/test", ...events },
						token: async () => TOKEN,
						memory: savedState(join(folder, "desec-budget.json"), budgetStateSchema, { health, log }),
						now: () => performance.now(),
					}),
				...{ health, log, visible: async () => 1, onSettled: () => {} },
				family: book.state,
			});
			await new Promise<void>((done) => socket.bind(0, person.address, done));
			timer = setInterval(pulse, interval);
		},
		/** Counts something while none of her pulses is under way, and takes off how many she has sent. */
		async countWithout(count: () => Promise<number>): Promise<number> {
			holding = true;
			for (let tries = 500; answered < counter && tries > 0; tries--) await sleep(1);
			const counted = (await count()) - counter;
			holding = false;
			if (skipped) pulse();
			return counted;
		},
		/** Every endpoint that an answer told. */
		told: () => told,
		/** What the world sees of it. */
		published: async () => desec!.rrsets("anna.example").flatMap(({ records }) => records),
		async stop() {
			clearInterval(timer);
			await records?.duty.stop();
			await desec?.stop();
			socket.close();
			if (folder) await rm(folder, { recursive: true, force: true });
		},
	};
}
