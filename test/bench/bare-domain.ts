import { domain, type Scene, until } from "../lab/scene.ts";
import { type Bench, shown } from "./bench.ts";
import type { Figure } from "./figure.ts";

/** Times that a bare domain gets all its records; each needs two writes of the dozen a minute. */
const rounds = { full: 5, quick: 2 };

/** A request that the stand-in had, as far as this asks for it. */
interface Asked {
	traffic: "read" | "write";
}

/** `heimweg dns apply` on a bare domain, until all its name servers answer everything, and what deSEC was asked for. */
export async function bareDomain({ lab, agentStatus }: Scene, bench: Bench): Promise<Figure[]> {
	const { home, internet } = lab;
	const { control } = internet.desec;
	for (const type of ["MX", "TXT"])
		await control("POST", "/rrsets", { domain, subname: "", type, ttl: 3600, records: [] });
	await until("the relay has said what it is called", async () =>
		(await home.exec(["heimweg", "dns", "plan"])).stdout.includes(`+ ${domain} MX`),
	);
	const asked = async () =>
		((await control("GET", "/requests")) as Asked[]).filter(({ traffic }) =>
			["read", "write"].includes(traffic),
		);
	// The daemon's own first look, some seconds after its start, is none of the apply's.
	await until(
		"the daemon has looked by itself",
		async () => ((await agentStatus()).mailRecords?.zones.length ?? 0) > 0,
		60_000,
	);
	const [seconds, requests]: [number[], number[]] = [[], []];
	for (let round = 0; round < (bench.quick ? rounds.quick : rounds.full); round++) {
		await control("DELETE", "/requests");
		const began = performance.now();
		await home.run(["heimweg", "dns", "apply", "--yes"]);
		seconds.push((performance.now() - began) / 1_000);
		// One of them is for the plan that was shown before.
		requests.push((await asked()).length - 1);
		await control("DELETE", "/requests");
		await home.run(["heimweg", "dns", "undo", "--yes", "--large"]);
		// It reads for the plan and for itself, writes, and reads again; then the daemon looks once more by itself.
		await until("the daemon has looked at what was taken back", async () => (await asked()).length >= 5);
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
