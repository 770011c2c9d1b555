import { expect, test } from "vitest";
import { relayProofs, type SeenOfRelay } from "../../../agent/relay/proof.ts";
import { headlineOf } from "../../../shared/proof.ts";

const well: SeenOfRelay = {
	...{ up: true, mute: false, silent: false, sinceAnswer: 400, sinceStart: 60_000, checkinFails: false },
	said: {
		at: new Date("2030-01-01T12:03:00Z"),
		domains: ["example.org"],
		missing: [],
		proofs: [{ direction: "incoming", verdict: "yes", because: "its mail server greeted us at 12:03 UTC" }],
	},
};
const headline = (changes: Partial<SeenOfRelay> = {}) => headlineOf([relayProofs({ ...well, ...changes })]);

test("mail comes in: a pulse was answered, the relay routes our domain here, and has seen our mail server", () => {
	expect(headline()).toEqual({
		incoming: {
			verdict: "yes",
			because: [
				"pulse answered 0.4 s ago",
				"the relay routes example.org here",
				"the relay says: its mail server greeted us at 12:03 UTC",
			],
		},
		outgoing: { verdict: "yes", because: ["pulse answered 0.4 s ago"] },
	});
});

test("that nothing was answered since the start is never well: first not known, then no", () => {
	const never = { up: false, sinceAnswer: undefined, sinceStart: 2_000, said: undefined };
	expect(headline(never).incoming).toEqual({
		verdict: "not known",
		because: ["no pulse was answered since heimweg started 2 s ago"],
	});
	const { incoming, outgoing } = headline({ ...never, silent: true, sinceStart: 40_000 });
	expect([incoming?.verdict, outgoing?.verdict]).toEqual(["no", "no"]);
});

test("a relay whose companion is mute: what goes out waits, and what comes in is not known", () => {
	const { incoming, outgoing } = headline({ up: false, silent: true, mute: true, sinceAnswer: 12_000 });
	expect([incoming?.verdict, outgoing?.verdict]).toEqual(["not known", "no"]);
	expect(incoming?.because[0]).toContain("WireGuard reaches the relay");
});

test.each([
	[
		"the only domain was taken out of the home's file",
		{ domains: [] },
		"no",
		"the relay routes no domain here",
	],
	[
		"a domain that we expect is missing",
		{ missing: ["example.net"] },
		"no",
		"does not route example.net here",
	],
] as const)("mail does not come in when %s", (_, said, verdict, because) => {
	const { incoming } = headline({ said: { ...well.said!, ...said } });
	expect(incoming?.verdict).toBe(verdict);
	expect(incoming?.because.join()).toContain(because);
});

test("without an answered check-in, or with one that failed since, the routes are not known", () => {
	expect(headline({ said: undefined }).incoming?.verdict).toBe("not known");
	const { incoming } = headline({ checkinFails: true });
	expect(incoming?.verdict).toBe("not known");
	expect(incoming?.because[0]).toMatch(
		/the last answered check-in was at .*12:03 UTC, and it routed example.org here/,
	);
	expect(incoming?.because.join()).not.toContain("greeted");
});
