import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askDaemon } from "../../shared/ask.ts";
import { deriveBearer } from "../../shared/protocol/bearer.ts";
import { publicKeyOf } from "../../shared/protocol/keys.ts";
import { random } from "../shared/random.ts";
import { fireCheckins } from "./checkins.ts";
import { startChild } from "./child.ts";
import { type Fuzzed, freePort } from "./fuzz.ts";
import { honestHome } from "./honest.ts";
import { type People, people } from "./people.ts";
import { stormPolicy } from "./policies.ts";
import { stormPulses } from "./relay-pulses.ts";
import type { Kept, RelaySetting } from "./relay-subject.ts";

/** What the relay's whole program gets: from processes beside it, from neighbours, and from homes with a key. */
export interface RelayCounts {
	pulses: number;
	checkins: number;
	policy: number;
}

/** How it is named in the figures. */
export const wholeRelay = "the relay's whole program";

/** Homes with a key that do what they should not. */
const wickedHomes = 60;

const annasEndpoint = "198.51.100.7:51820";

/** Puts the relay's whole program, in a process of its own, under fire, while an honest home lives with it. */
export async function fuzzRelay(counts: RelayCounts, seed: number): Promise<Fuzzed> {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-fuzz-"));
	const all = people(wickedHomes);
	const [pulse, checkin, http] = [await freePort(), await freePort(), await freePort()];
	const setting: RelaySetting = {
		...{ folder, seed, privateKey: all.relay.privateKey, address: all.relay.address },
		ports: { pulse, checkin, http },
		homes: [all.anna, all.bert, ...all.wicked],
		endpoints: { [all.anna.publicKey]: annasEndpoint, [all.bert.publicKey]: "198.51.100.8:51820" },
	};
	// All have spoken version 2 before: at first contact it is the guard alone that keeps others out.
	await mkdir(join(folder, "state"));
	const version2 = setting.homes.map(({ publicKey }) => publicKey);
	await writeFile(join(folder, "state", "identity.json"), JSON.stringify({ version2 }));
	const subject = await startChild<{ heap?: boolean }, Kept>("relay-subject.ts", setting);
	const anna = honestHome({ person: all.anna, relay: { address: all.relay.address, port: pulse } });
	const sent = counts.pulses + counts.checkins + counts.policy;
	const result: Fuzzed = {
		...{ part: wholeRelay, sent, counted: 0, grown: { resident: 0 }, moved: [] },
	};
	const figures = async (pattern: RegExp) => {
		const text = await (await fetch(`http://127.0.0.1:${http}/metrics`)).text();
		return [...text.matchAll(pattern)].reduce((sum, [, value]) => sum + Number(value), 0);
	};
	const status = () => askDaemon(join(folder, "run", "control.sock"), "/status?all", { unit: "it" });

	/** Of everything that is not the wicked ones'. */
	async function othersThings(): Promise<Record<string, string>> {
		const { state } = await subject.ask();
		const { homes, conditions } = (await status()) as Status;
		// A peer that is silent for minutes is made anew by the relay itself, see README.
		const isWicked = (name: string) =>
			name === `session ${all.bert.publicKey}` ||
			name.includes("wicked") ||
			all.wicked.some(({ publicKey }) => name.includes(publicKey));
		const of = [all.anna.id, all.bert.id];
		return {
			...Object.fromEntries(Object.entries(state).filter(([name]) => !isWicked(name))),
			...Object.fromEntries(
				homes
					.filter(({ id }) => of.includes(id))
					.map(({ id, here, endpoint }) => [`presence of ${id}`, `${here} ${endpoint}`]),
			),
			conditions: conditions
				// What is sent under their addresses, be it recorded or of the old version, is told of.
				.filter(({ code, subject }) => of.includes(subject) && !told.includes(code))
				.map(({ code, subject }) => `${code} ${subject}`)
				.sort()
				.join(),
			records: (await anna.published()).join(),
		};
	}

	async function settled(): Promise<Record<string, string>> {
		// On a busy machine the first pulses are late, and what has not come yet would seem to be moved later.
		for (let tries = 600; ; tries--) {
			const things = await othersThings();
			const well =
				things[`presence of ${all.anna.id}`] === `true ${annasEndpoint}` &&
				["transport", "relay_domains", "relay_recipients"].every((map) =>
					Object.keys(things).some((name) => name.startsWith(map) && name.includes(`${all.bert.id}.example`)),
				) &&
				things.conditions?.includes("pulse.home_away bert") &&
				things.records === "198.51.100.7";
			if (well) return things;
			if (tries === 0)
				throw new Error("within a minute it did not come to what it should be without anybody");
			await new Promise((done) => setTimeout(done, 100));
		}
	}

	async function fire(part: number, chance = random(seed + part)): Promise<number> {
		const share = (count: number) => (part === 1 ? Math.floor(count / 2) : count - Math.floor(count / 2));
		const counted = () => anna.countWithout(() => figures(/^heimweg_relay_pulses\w* (\d+)$/gm));
		let seen = await stormPulses({
			...{ random: chance, people: all, count: share(counts.pulses), counted },
			to: { address: all.relay.address, port: pulse },
		});
		seen += await fireCheckins({
			...{ random: chance, count: share(counts.checkins), greet: false },
			...{ to: all.relay.address, port: checkin },
			from: (number) => all.wicked[number % wickedHomes]!.address,
			keysOf: (address) => personAt(all, address).keys,
			bearer: deriveBearer(all.wicked[0]!.privateKey, publicKeyOf(all.relay.privateKey)),
			refused: () => figures(/^heimweg_relay_checkins_refused_total (\d+)$/gm),
		});
		seen += await stormPolicy({
			...{ random: chance, people: all, count: share(counts.policy) },
			socket: join(folder, "queue", "heimweg", "policy"),
			onWrong: (request) => result.moved.push(`policy said yes to ${JSON.stringify(request)}`),
		});
		return seen;
	}

	try {
		await anna.start();
		const before = await settled();
		result.counted = await fire(1);
		const halfway = await subject.memory();
		result.counted += await fire(2);
		const after = await subject.memory();
		result.grown = { resident: after.resident - halfway.resident, heap: after.heap - halfway.heap };
		const then = await settled();
		for (const name of new Set([...Object.keys(before), ...Object.keys(then)]))
			if (before[name] !== then[name]) result.moved.push(`${name}: ${before[name]} -> ${then[name]}`);
		for (const endpoint of anna.told())
			if (endpoint !== annasEndpoint) result.moved.push(`anna was told ${endpoint}`);
		if (Object.keys(before).length < 10)
			result.moved.push(`too little was looked at: ${Object.keys(before)}`);
	} catch (error) {
		result.end = (error as Error).message;
	} finally {
		await anna.stop();
		subject.stop();
		await rm(folder, { recursive: true, force: true });
	}
	return result;
}

const told = ["pulse.too_many", "pulse.old_version"];

interface Status {
	homes: Array<{ id: string; here: boolean; endpoint?: string }>;
	conditions: Array<{ code: string; subject: string }>;
}

function personAt({ wicked }: People, address: string) {
	return wicked.find((one) => one.address === address)!;
}
