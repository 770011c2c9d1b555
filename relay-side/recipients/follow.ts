import { domainOfRecipient, everyoneAt, type Recipient } from "../../shared/recipient.ts";
import type { Home, Homes, Registry, RelayFacts } from "../facts.ts";
import type { HomeList } from "./journal.ts";
import { fewChanges } from "./keeper.ts";
import type { Recipients } from "./map.ts";

/** Tells the map which recipients are concerned when homes change: of a hundred thousand domains those of one home. */
export function followHomes(
	homes: RelayFacts["homes"],
	map: Pick<Recipients, "changed" | "left">,
	listOf: (home: string) => HomeList | undefined,
): void {
	homes.subscribe((now, before) => {
		if (before?.registry.complete !== now.registry.complete) return map.changed(undefined);
		map.left([...now.changedDomains].filter((domain) => !isServed(now, domain)));
		map.changed(concerned(now, before.registry, listOf), now.changedHomes);
	});
}

/** Who may be valid, or no longer, since these homes changed; undefined when they are too many to name. */
function concerned(
	{ registry, changedHomes, changedDomains }: Homes,
	before: Registry,
	listOf: (home: string) => HomeList | undefined,
): Recipient[] | undefined {
	const recipients = [...changedDomains].map(everyoneAt);
	for (const id of changedHomes) {
		const list = listOf(id)?.list;
		if (recipients.length + (list?.size ?? 0) > fewChanges) return undefined;
		const domains = new Set([...domainsOf(registry.homes.get(id)), ...domainsOf(before.homes.get(id))]);
		for (const recipient of list ?? [])
			if (domains.has(domainOfRecipient(recipient))) recipients.push(recipient);
	}
	return recipients;
}

function domainsOf(home: Home | undefined): readonly string[] {
	return home?.domains ?? [];
}

function isServed({ byDomain, registry }: Homes, domain: string): boolean {
	return byDomain.has(domain) || registry.deferred.has(domain);
}
