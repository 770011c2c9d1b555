import { type Scene, until } from "./scene.ts";
import { holds } from "./use-scene.ts";

/** Waits until pulses are answered, the records, if it keeps any, are true, and neither side has anything to complain of. */
export function allIsWell(scene: Scene, timeout = 90_000): Promise<number> {
	return until(
		"both sides are well",
		async () => {
			const [agent, companion] = await Promise.all([scene.agentStatus(), scene.relayStatus()]);
			const wrong = [...agent.conditions, ...companion.conditions].map((c) => `${c.code}: ${c.text}`);
			if (wrong.length > 0) throw new Error(wrong.join("; "));
			return (
				agent.tunnel.up &&
				companion.homes.length > 0 &&
				companion.homes.every((home) => home.here) &&
				agent.records?.inSync !== false
			);
		},
		timeout,
	);
}

/** Wait until one of the two programs tells of a condition, or no longer does. */
export const homeTells = (scene: Scene, code: string, timeout = 60_000): Promise<number> =>
	until(`the home tells ${code}`, async () => holds(await scene.agentStatus(), code), timeout);
export const relayTells = (scene: Scene, code: string, timeout = 60_000): Promise<number> =>
	until(`the relay tells ${code}`, async () => holds(await scene.relayStatus(), code), timeout);
export const relayIsQuietOf = (scene: Scene, code: string, timeout = 60_000): Promise<number> =>
	until(`the relay no longer tells ${code}`, async () => !holds(await scene.relayStatus(), code), timeout);

/** How often a condition has begun since this moment (`date +%s` of the host), by the journal. */
export async function beginnings(
	host: Scene["lab"]["home"],
	unit: string,
	since: string,
	sentence: RegExp,
): Promise<number> {
	const lines = await host.journal("--unit", unit, "--priority", "warning", "--since", `@${since}`);
	return lines.split("\n").filter((line) => sentence.test(line)).length;
}
