import { expect, test } from "vitest";
import type { Presence } from "../../../relay-side/facts.ts";
import { homesProof, presenceProof, routedProof } from "../../../relay-side/homes/proof.ts";
import type { Verdict } from "../../../shared/proof.ts";
import { homeOf } from "./examples.ts";

const presence = (changes: Partial<Presence>): Presence => ({
	...{
		here: false,
		lastPulse: undefined,
		lastSeen: undefined,
		interval: 1_000,
		endpoint: undefined,
		since: 0,
	},
	...changes,
});
const home = (id: string, verdict: Verdict, because = "") => ({
	id,
	proofs: [{ incoming: { verdict, because }, outgoing: { verdict, because } }],
});

test("a home is proven to be here by its pulse, and is away when none comes; at first it is not known", () => {
	expect(presenceProof(presence({ here: true, lastPulse: 59_600 }), 60_000).incoming).toEqual({
		verdict: "yes",
		because: "pulse came 0.4 s ago",
	});
	expect(presenceProof(presence({}), 5_000).incoming).toMatchObject({ verdict: "not known" });
	expect(presenceProof(presence({}), 50_000).incoming).toEqual({ verdict: "no", because: "away for 50 s" });
	expect(presenceProof(presence({ lastPulse: 1_000, since: 4_000 }), 9_000).outgoing).toMatchObject({
		verdict: "no",
	});
});

test("when the relay's only home is away, mail does not come in", () => {
	expect(homesProof([home("anna", "no", "away for 50 s")]).incoming).toEqual({
		verdict: "no",
		because: "away for 50 s",
	});
	expect(homesProof([]).incoming).toMatchObject({ verdict: "not known" });
});

test("of several homes it is said for how many mail flows, and which are the others", () => {
	const three = [home("anna", "yes"), home("bert", "no", "away for 2 h"), home("cora", "yes")];
	expect(homesProof(three).incoming).toEqual({
		verdict: "yes",
		because: "2 of 3 homes; bert: no, away for 2 h",
	});
	expect(homesProof([home("anna", "yes"), home("cora", "yes")]).outgoing).toMatchObject({
		because: "all 2 homes",
	});
	expect(homesProof([home("anna", "no"), home("bert", "no")]).incoming).toMatchObject({ verdict: "no" });
	expect(homesProof([home("anna", "no"), home("bert", "not known")]).incoming).toMatchObject({
		verdict: "not known",
	});
	const many = homesProof(Array.from({ length: 5_000 }, (_, n) => home(`home-${n}`, "no", "away")));
	expect(JSON.stringify(many).length).toBeLessThan(500);
});

test("a home whose file names no domain, or only contested ones, gets no mail", () => {
	const anna = homeOf("anna", 2);
	expect(routedProof({ ...anna, domains: [] }, { deferred: new Set() }).incoming).toMatchObject({
		verdict: "no",
	});
	expect(routedProof(anna, { deferred: new Set(anna.domains) }).incoming).toMatchObject({ verdict: "no" });
	expect(routedProof(anna, { deferred: new Set() })).toEqual({});
});
