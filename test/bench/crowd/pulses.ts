import { randomBytes } from "node:crypto";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { deriveKeys } from "../../../shared/protocol/keys.ts";
import { decodeAnswer, encodePulse } from "../../../shared/protocol/pulse.ts";
import { percentile } from "../figure.ts";
import { crowdHome } from "./home.ts";
import { type RelayEndpoint, realWay, simulatedWay, type Way } from "./way.ts";
import { work } from "./worker.ts";

// The homes' side of the crowd: one process that sends every home's pulse from the home's own address, once a second,
// and hears the answers. Like an agent, it echoes a new generation at once.

export interface PulsesSetting {
	homes: number;
	/** The relay's WireGuard key. */
	publicKey: string;
	port: number;
	/** For WireGuard sessions of their own; without, the tunnels are simulated. */
	real?: RelayEndpoint | undefined;
}

/** What was seen over a while; times in milliseconds. */
export interface PulsesSeen {
	sent: number;
	answered: number;
	p50: number;
	p99: number;
	max: number;
	/** How late this very process was, which is in the times above. */
	ownLateness: { p99: number; max: number };
}

/** How long until all are answered again, in milliseconds, and how many are not. */
export interface Return {
	took: number;
	missing: number;
}

const second = 1_000;

/** Pulses of a home that may be under way; older ones are lost. */
const remembered = 32;

/** Milliseconds after the last pulse that its answer may take and still counts. */
const grace = 5_000;

interface Home {
	way: Way;
	keys: ReturnType<typeof deriveKeys>;
	run: number;
	counter: number;
	generation: number;
	/** When the last pulses were sent, by counter; 0 once answered. */
	sentAt: Float64Array;
	/** When it last got an answer to a pulse of this round. */
	answeredAt: number;
}

const setting = JSON.parse(process.argv[2]!) as PulsesSetting;
const homes: Home[] = [];
let sending = false;
let measuring = false;
/** Only pulses from this moment on count. */
let roundBegan = 0;
let sent = 0;
let answered = 0;
let times: number[] = [];

async function open(number: number): Promise<void> {
	const one = crowdHome(number);
	const { publicKey, port, real } = setting;
	const onDatagram = (datagram: Buffer) => receive(home, datagram);
	const options = { home: one, publicKey, port, onDatagram };
	const home: Home = {
		way: { send: () => {} },
		keys: deriveKeys(one.privateKey, publicKey, "home"),
		run: randomBytes(4).readUInt32BE(),
		counter: 0,
		generation: 0,
		sentAt: new Float64Array(remembered),
		answeredAt: 0,
	};
	home.way = await (real ? realWay(options, real) : simulatedWay(options));
	homes.push(home);
}

/** All of them, so many at once that WireGuard does not think that it is under attack. */
async function openAll(): Promise<void> {
	const numbers = Array.from({ length: setting.homes }, (_, number) => number);
	const next = async () => {
		for (let number = numbers.pop(); number !== undefined; number = numbers.pop()) await open(number);
	};
	await Promise.all(Array.from({ length: 32 }, next));
}

function send(home: Home): void {
	home.counter += 1;
	const { run, counter, generation, keys } = home;
	const pulse = { run, counter, interval: second, lookAnew: false, generation };
	home.sentAt[counter % remembered] = performance.now();
	if (measuring) sent += 1;
	home.way.send(encodePulse(pulse, keys.pulse));
}

function receive(home: Home, datagram: Buffer): void {
	const answer = decodeAnswer(datagram, home.keys.answer);
	if (!answer || answer.run !== home.run) return;
	const now = performance.now();
	const at = answer.counter % remembered;
	if (answer.sub === 0 && home.counter - answer.counter < remembered && home.sentAt[at]! > 0) {
		const since = home.sentAt[at]!;
		home.sentAt[at] = 0;
		if (since >= roundBegan) {
			home.answeredAt = now;
			if (counted(since)) {
				answered += 1;
				times.push(now - since);
			}
		}
	}
	if (answer.generation !== home.generation) {
		home.generation = answer.generation;
		if (sending) send(home);
	}
}

let windowBegan = 0;
let windowEnded = 0;
function counted(since: number): boolean {
	return since >= windowBegan && (windowEnded === 0 || since <= windowEnded) && windowBegan > 0;
}

/** Sends each home's pulse at its own moment of every second, for as long as it is to. */
async function beat(): Promise<void> {
	let next = 0;
	const began = performance.now();
	while (sending) {
		const due = ((performance.now() - began) / second) * homes.length;
		while (next <= due) {
			send(homes[next % homes.length]!);
			next += 1;
		}
		await sleep(1);
	}
}

function begin(): void {
	roundBegan = performance.now();
	sending = true;
	void beat();
}

async function allAnswered(timeout: number): Promise<Return> {
	const began = roundBegan;
	const missing = () => homes.filter(({ answeredAt }) => answeredAt < began).length;
	const end = performance.now() + timeout;
	while (missing() > 0 && performance.now() < end) await sleep(20);
	return { took: Math.max(...homes.map(({ answeredAt }) => answeredAt)) - began, missing: missing() };
}

work({
	open: openAll,
	begin,
	allAnswered: ({ timeout }: { timeout: number }) => allAnswered(timeout),
	/** From now on only what is sent from now on counts. */
	newRound() {
		roundBegan = performance.now();
	},
	async measure({ seconds }: { seconds: number }): Promise<PulsesSeen> {
		const lateness = monitorEventLoopDelay({ resolution: 1 });
		lateness.enable();
		[sent, answered, times] = [0, 0, []];
		[windowBegan, windowEnded, measuring] = [performance.now(), 0, true];
		await sleep(seconds * second);
		[windowEnded, measuring] = [performance.now(), false];
		lateness.disable();
		await sleep(grace);
		windowBegan = 0;
		return {
			...{
				sent,
				answered,
				p50: percentile(times, 0.5),
				p99: percentile(times, 0.99),
				max: percentile(times, 1),
			},
			ownLateness: { p99: lateness.percentile(99) / 1e6, max: lateness.max / 1e6 },
		};
	},
	silence() {
		sending = false;
	},
});
