import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deriveBearer } from "../../shared/protocol/bearer.ts";
import { deriveKeys, publicKeyOf } from "../../shared/protocol/keys.ts";
import { random } from "../shared/random.ts";
import { fireAnswers } from "./answers.ts";
import { fireCheckins } from "./checkins.ts";
import { startChild } from "./child.ts";
import { startGarbageDesec } from "./desec.ts";
import { firePulses } from "./pulses.ts";
import type { Figures, Part, Question, Setting } from "./subject.ts";

export interface Fuzzed {
	part: string;
	sent: number;
	/** Of them, how many the program has counted. */
	counted: number;
	/** MB that the program became larger from the first half to the end: resident, and on its heap. */
	grown: { resident: number; heap?: number };
	/** What somebody moved that is not theirs, or made it believe: records, maps, peers, presence. Should be empty. */
	moved: string[];
	/** The program's end, if it did not live through it. */
	end?: string;
}

/** Puts one part of Heimweg, in a process of its own, under so much fire; the seed repeats it. */
export async function fuzz(part: Part, count: number, seed: number): Promise<Fuzzed> {
	const chance = random(seed);
	const folder = await mkdtemp(join(tmpdir(), "heimweg-fuzz-"));
	const garbage = part === "deSEC" ? await startGarbageDesec(chance) : undefined;
	const [home, relay] = [randomBytes(32).toString("base64"), randomBytes(32).toString("base64")];
	const keys = deriveKeys(home, publicKeyOf(relay), "home");
	const bearer = deriveBearer(home, publicKeyOf(relay));
	const port = garbage?.port ?? (await freePort());
	const setting: Setting = { part, port, folder, home, relay, seed };
	const subject = await startChild<Omit<Question, "id">, Figures>("subject.ts", setting);
	const counted = async () => (await subject.ask()).counted;
	const one = { random: chance, to: "127.0.0.1", port, keys, counted };
	const runIt = async (count: number) => {
		const before = await counted();
		return (await subject.ask({ run: count })).counted - before;
	};
	const fire: Record<Part, (count: number) => Promise<number>> = {
		pulses: (count) => firePulses({ ...one, count, from: "127.0.0.2" }),
		answers: (count) => fireAnswers({ ...one, count, address: "127.0.0.1" }),
		"check-ins": async (count) => {
			let seen = 0;
			const each = homes * perHome;
			for (let left = count; left > 0; left -= each) {
				await subject.ask({ later: 60_000 });
				const from = (number: number) => `127.0.1.${1 + Math.floor(number / perHome)}`;
				const part = {
					count: Math.min(left, each),
					from,
					bearer,
					greet: true,
					refused: counted,
					keysOf: () => keys,
				};
				seen += await fireCheckins({ ...one, ...part });
			}
			return seen;
		},
		deSEC: runIt,
		lists: runIt,
	};
	const half = Math.floor(count / 2);
	try {
		let seen = await fire[part](half);
		const before = await subject.memory();
		seen += await fire[part](count - half);
		const after = await subject.memory();
		const grown = { resident: after.resident - before.resident, heap: after.heap - before.heap };
		const { moved = [] } = await subject.ask();
		return { part, sent: count, counted: seen, grown, moved };
	} catch (error) {
		return {
			part,
			sent: count,
			counted: 0,
			grown: { resident: 0 },
			moved: [],
			end: (error as Error).message,
		};
	} finally {
		subject.stop();
		garbage?.stop();
		await rm(folder, { recursive: true, force: true });
	}
}

/** Homes, and check-ins of each in a minute, each after a good one: a home may send 60 requests a minute. */
const homes = 200;
const perHome = 30;

export async function freePort(): Promise<number> {
	const socket = createSocket("udp4");
	socket.bind(0, "127.0.0.1");
	await once(socket, "listening");
	const { port } = socket.address();
	await new Promise<void>((resolve) => socket.close(() => resolve()));
	return port;
}
