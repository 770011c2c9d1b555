import type { RelayFacts } from "../facts.ts";

/**
 * Calls when a home is here whose mail had to wait until it joined: smtpd(8) remembers for minutes that a domain's
 * recipients are refused for now, whatever the map says by then, and only a reload makes it forget.
 */
export function followNewcomers(
	{ homes, presence }: Pick<RelayFacts, "homes" | "presence">,
	onArrival: () => void,
): void {
	const awaited = new Set<string>();
	homes.subscribe(({ registry }) => {
		for (const id of awaited) if (!registry.invited.has(id) && !registry.homes.has(id)) awaited.delete(id);
		for (const id of registry.invited.keys()) awaited.add(id);
	});
	presence.subscribe((id, now) => {
		if (!now?.here || !homes.value?.registry.homes.has(id)) return;
		if (awaited.delete(id)) onArrival();
	});
}
