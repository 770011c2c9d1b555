import { watchPulse } from "../../agent/relay/pulse.ts";
import { serveCheckins } from "../../relay-side/checkin/requests.ts";
import type { Home } from "../../relay-side/homes/home.ts";
import { emptyRegistry } from "../../relay-side/homes/registry.ts";
import { createIdentity } from "../../relay-side/identity.ts";
import { servePulses } from "../../relay-side/pulse/server.ts";
import { createRecipientsKeeper } from "../../relay-side/recipients/keeper.ts";
import { endpointText, parseAddress, parseEndpoint } from "../../shared/address.ts";
import { createDesecApi, type DesecApi } from "../../shared/dns/providers/desec/api.ts";
import type { Budget } from "../../shared/dns/providers/desec/budget.ts";
import { updateThroughDynDns } from "../../shared/dns/providers/desec/dyndns.ts";
import { DesecError } from "../../shared/dns/providers/desec/error.ts";
import { Health } from "../../shared/health.ts";
import { createLog } from "../../shared/log.ts";
import { createMetrics } from "../../shared/metrics.ts";
import { deriveBearer } from "../../shared/protocol/bearer.ts";
import { deriveKeys, publicKeyOf } from "../../shared/protocol/keys.ts";
import { random } from "../shared/random.ts";
import { wickedEndpoint } from "./answers.ts";
import { checkinAnswer } from "./checkins.ts";
import { malformedList, wronglyRead } from "./lists.ts";

// A process of its own around one part of Heimweg that hears what others send, so that its memory can be read and its
// end would be seen. It is told what to do, and answers, over the channel to the process that started it.

/** The parts that can be put under fire. */
export type Part = "pulses" | "check-ins" | "answers" | "deSEC" | "lists";

export interface Setting {
	part: Part;
	/** Where the part listens, or what it talks to. */
	port: number;
	/** For files. */
	folder: string;
	seed: number;
	/** WireGuard's private keys of the home and the relay. */
	home: string;
	relay: string;
}

/**
 * What it is asked for: what it has counted, and its heap too; before that it makes so many requests to deSEC, or its
 * clock goes forward by so many milliseconds.
 */
export type Question = { id: number; heap?: boolean; run?: number; later?: number };

/** The figures: what was counted, and, if asked for, the heap in MB after everything that can go has gone. */
export interface Figures {
	counted: number;
	heap?: number;
	/** What it believed and should not have. */
	moved?: string[];
}

const relay = parseAddress("127.0.0.1");
const agent = parseAddress("127.0.0.2");
const endpoint = parseEndpoint("198.51.100.7:51820");

async function serve({
	part,
	port,
	folder,
	seed,
	...keys
}: Setting): Promise<(run: number) => Promise<void>> {
	const { log } = createLog();
	log.level = "silent";
	const health = new Health(log);
	const metrics = createMetrics("fuzz", "0", health);
	const counter = metrics.counter("counted_total", "What came and was no good");
	const counts = () => counter.add();
	const nothing = () => {};
	const moved: string[] = [];
	let run = async (_: number) => {};
	let ahead = 0;
	const chance = random(seed);
	const now = performance.now.bind(performance);
	performance.now = () => now() + ahead;

	const publicKey = publicKeyOf(keys.home);
	const version2 = [publicKey];
	const identity = createIdentity({
		privateKey: keys.relay,
		state: { read: async () => ({ version2 }), write: async () => {}, stop: nothing },
	});
	await identity.restore();
	if (part === "pulses")
		servePulses({
			...{ addresses: [relay], port, onPulse: nothing, onEndpoint: nothing, onTrouble: nothing },
			homeAt: () => ({ id: "anna", publicKey }),
			identity,
			endpoints: async () => new Map([[publicKey, endpoint]]),
			onUnproven: counts,
			onDropped: counts,
		}).start();
	if (part === "answers")
		watchPulse({
			...{ from: agent, to: relay, port, interval: 100, mtu: 1_280, onSilence: nothing, onLarge: nothing },
			keys: deriveKeys(keys.home, publicKeyOf(keys.relay), "home"),
			spoken: { has: () => true, add: nothing },
			onAnswer(endpoint) {
				counts();
				if (endpoint && endpointText(endpoint) === wickedEndpoint) moved.push("an answer without the key");
			},
			onLoss: nothing,
			onGeneration: nothing,
			onGarbage: counts,
		}).start();
	if (part === "check-ins") {
		const homes = new Map<string, Home>();
		const lists = await createRecipientsKeeper({
			directory: folder,
			registry: () => ({ ...emptyRegistry, homes }),
			...{ onChange: nothing, health, log },
		});
		serveCheckins({
			...{ addresses: [relay], port, onRefused: counts, onTrouble: nothing },
			homeAt(address) {
				const home = { id: address, publicKey: "", addresses: [address], domains: ["example.org"] };
				if (!homes.has(address)) homes.set(address, { ...home, mailPort: 25, senders: "own" });
				return { id: address, publicKey };
			},
			identity,
			bearerOf: () => deriveBearer(keys.relay, publicKey),
			onCheckin(id, checkin) {
				lists.report(id, checkin.recipients);
				return { ...checkinAnswer, recipients: lists.state(id) };
			},
			onRecipients: lists.take,
		}).start();
	}
	if (part === "lists")
		run = async (count) => {
			for (; count > 0; count--) {
				const list = malformedList(chance);
				counts();
				moved.push(...wronglyRead(list));
			}
		};
	if (part === "deSEC") run = (count) => ask(count, port, counts);

	process.on("message", async ({ id, heap: heapToo, run: count, later = 0 }: Question) => {
		ahead += later;
		if (count) await run(count);
		if (heapToo) globalThis.gc?.();
		const heap = heapToo ? process.memoryUsage().heapUsed / 2 ** 20 : undefined;
		const text = (await metrics.expose()).text;
		const counted = Number(/^fuzz_counted_total (\d+)$/m.exec(text)?.[1]);
		process.send!({ id, counted, heap, moved: moved.slice(0, 10) });
	});
	return run;
}

/** Makes so many requests, eight at once; each has to end in what the schema promises or in an error of ours. */
async function ask(count: number, port: number, counts: () => void): Promise<void> {
	const url = `http://127.0.0.1:${port}`;
	const open: Budget = {
		take: async () => () => {},
		delay: () => 0,
		refused: () => {},
		state: () => ({ taken: {}, blocked: {} }),
	};
	const access = {
		token: async () => "a-token-of-some-length",
		budget: open,
		userAgent: "heimweg/0",
		timeout: 5_000,
	};
	const api = createDesecApi({ baseUrl: `${url}/api/v1`, ...access });
	const calls: Array<(api: DesecApi) => Promise<unknown>> = [
		({ zoneOf }) => zoneOf("mail.example.org"),
		({ zone }) => zone("example.org"),
		({ rrsets }) => rrsets("example.org", { subname: "mail", type: "A" }),
		({ patch }) => patch("example.org", [{ subname: "mail", type: "A", records: ["198.51.100.7"] }]),
		() =>
			updateThroughDynDns({
				...{ ...access, updateUrl: url, domain: "example.org", names: ["mail.example.org"] },
				...{ ipv4: parseAddress("198.51.100.7"), ipv6: "preserve" as const },
			}),
	];
	let left = count;
	const askOn = async () => {
		while (left > 0) {
			left -= 1;
			const call = calls[left % calls.length]!;
			try {
				await call(api);
			} catch (error) {
				if (!(error instanceof DesecError)) throw error;
			}
			counts();
		}
	};
	await Promise.all(Array.from({ length: 8 }, askOn));
}

if (process.argv[1] === import.meta.filename) {
	process.once("disconnect", () => process.exit(0));
	await serve(JSON.parse(process.argv[2]!) as Setting);
	process.send!({ ready: true });
}
