import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../lab/host.ts";
import type { Scene } from "../lab/scene.ts";
import { trustRoot } from "../lab/signed-zones.ts";
import { type Bench, shown } from "./bench.ts";
import type { Figure } from "./figure.ts";
import { mainProcess, residentMegabytes } from "./process.ts";

/** Whole looks at both ends. */
const rounds = { full: 5, quick: 2 };

/** Milliseconds for which a relay's look counts, so that the next is one again; and until a daemon's memory is looked at. */
const counts = 61_000;
const settling = 5_000;

/** For one look, however busy the machine is. */
const timeout = 120_000;

/** Both doctors, as a person has them look, and what the daemons' memory is before and after all of it. */
export async function doctors({ lab }: Scene, bench: Bench): Promise<Figure[]> {
	const { home, relay, internet } = lab;
	await Promise.all([home, relay].map((host) => trustRoot(host, internet)));
	const memory = async () => {
		await sleep(settling);
		return {
			home: await residentMegabytes(home, await mainProcess(home, "heimweg")),
			relay: await residentMegabytes(relay, await mainProcess(relay, "heimweg-relay")),
		};
	};
	// The first look of a program reads what it never had to before; it is no growth that goes on.
	const before = await memory();
	const [both, alone]: [number[], number[]] = [[], []];
	for (let round = 0; round < (bench.quick ? rounds.quick : rounds.full); round++) {
		if (round > 0) await sleep(counts);
		both.push(await seconds(home, "heimweg"));
		alone.push(await seconds(relay, "heimweg-relay"));
	}
	const after = await memory();
	bench.say(
		`the doctors: ${both.map(shown).join(", ")} s at home, ${alone.map(shown).join(", ")} s on the relay`,
	);
	const growth = (side: "home" | "relay", who: string): Figure => ({
		name: `${who}: memory after ${both.length} looks, more than before`,
		unit: "MB",
		samples: [after[side] - before[side]],
		goal: { value: 2, judged: "max" },
		note: `${before[side].toFixed(1)} MB before, ${after[side].toFixed(1)} MB after; the looks are in processes of their own`,
	});
	return [
		{
			name: "the whole doctor, at home and of both ends",
			unit: "s",
			samples: both,
			goal: { value: 10, judged: "max" },
			note: "with what the relay finds at itself, looked at anew each time",
		},
		{
			name: "the relay's doctor",
			unit: "s",
			samples: alone,
			goal: { value: 10, judged: "max" },
		},
		growth("home", "agent"),
		growth("relay", "relay's companion"),
	];
}

/** Seconds until a doctor has said all; his exit status says what he found. */
async function seconds(host: Host, program: string): Promise<number> {
	const began = performance.now();
	const { stdout, stderr } = await host.exec([program, "doctor", "--json"], { timeout });
	if (!stdout.includes('"findings"')) throw new Error(`${host.role}: ${program} doctor: ${stderr}`);
	return (performance.now() - began) / 1_000;
}
