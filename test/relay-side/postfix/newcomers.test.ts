import { expect, test } from "vitest";
import { relayFacts } from "../../../relay-side/facts.ts";
import type { InvitedHome } from "../../../relay-side/homes/home.ts";
import { emptyRegistry, type Registry } from "../../../relay-side/homes/registry.ts";
import { followNewcomers } from "../../../relay-side/postfix/newcomers.ts";
import { homeOf } from "../homes/examples.ts";

test("when a home comes whose mail had to wait until it joined, Postfix is to forget that; not at other homes", () => {
	const facts = relayFacts();
	const tell = facts.homes.own("test");
	const invited = { ...homeOf("anna", 2), invitation: "invite00" } as InvitedHome;
	const homes = (changes: Partial<Registry>) =>
		tell({
			...{ registry: { ...emptyRegistry, ...changes }, at: new Map(), byDomain: new Map() },
			...{ changedHomes: new Set(), changedDomains: new Set() },
		});
	const presence = (home: string, here: boolean) => {
		const rest = { lastPulse: 0, lastSeen: undefined, interval: 1_000, endpoint: undefined, since: 0 };
		facts.presence.own(home, "test")({ here, ...rest });
	};
	let arrivals = 0;
	followNewcomers(facts, () => {
		arrivals += 1;
	});
	const bert = homeOf("bert", 3);
	homes({ homes: new Map([["bert", bert]]), invited: new Map([["anna", invited]]) });
	presence("bert", true);
	expect(arrivals).toBe(0);
	homes({
		homes: new Map([
			["bert", bert],
			["anna", homeOf("anna", 2)],
		]),
	});
	presence("anna", false);
	expect(arrivals).toBe(0);
	presence("anna", true);
	presence("anna", false);
	presence("anna", true);
	expect(arrivals).toBe(1);
});
