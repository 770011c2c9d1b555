import { setTimeout as sleep } from "node:timers/promises";
import { domain, type Scene, until } from "../lab/scene.ts";
import { type Bench, shown } from "./bench.ts";
import type { Figure } from "./figure.ts";

/** Times that a bare domain gets all its records; each needs two writes of the dozen a minute. */
const rounds = { full: 5, quick: 2 };

/** Milliseconds until the daemon is done with what came before. */
const settling = 2_000;

/** `heimweg dns apply` on a bare domain, until all its name servers answer everything, and what deSEC was asked for. */
export async function bareDomain({ lab }: Scene, bench: Bench): Promise<Figure[]> {
	const { home, internet } = lab;
	const { control } = internet.desec;
	for (const type of ["MX", "TXT"])
		await control("POST", "/rrsets", { domain, subname: "", type, ttl: 3600, records: [] });
	await until("the relay has said what it is called", async () =>
		(await home.exec(["heimweg", "dns", "plan"])).stdout.includes(`+ ${domain} MX`),
	);
	const [seconds, requests]: [number[], number[]] = [[], []];
	for (let round = 0; round < (bench.quick ? rounds.quick : rounds.full); round++) {
		// After an undo the daemon looks once more by itself.
		await sleep(settling);
		await control("DELETE", "/requests");
		const began = performance.now();
		await home.run(["heimweg", "dns", "apply", "--yes"]);
		seconds.push((performance.now() - began) / 1_000);
		const asked = (await control("GET", "/requests")) as Array<{ traffic: string }>;
		// One of them is for the plan that was shown before.
		requests.push(asked.filter(({ traffic }) => ["read", "write"].includes(traffic)).length - 1);
		await home.run(["heimweg", "dns", "undo", "--yes", "--large"]);
	}
	bench.say(`a bare domain: ${seconds.map(shown).join(", ")}; ${requests.join(", ")} requests`);
	return [
		{
			name: "a bare domain has all its records at its name servers, from one apply",
			unit: "s",
			samples: seconds,
			goal: { value: 5, judged: "max" },
		},
		{
			name: "requests to deSEC for that",
			unit: "",
			samples: requests,
			goal: { value: 3, judged: "max" },
			note: "read, write, read again; the plan that was shown before is one more",
		},
	];
}
