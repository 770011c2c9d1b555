import { expect, test } from "vitest";
import { type HomeStatus, shownHomes } from "../../relay-side/homes/status.ts";
import { german } from "../../shared/words/german.ts";
import { failing, silentHealth } from "../shared/silent.ts";
import { type RelayStatus, statusLine, statusText } from "./relay-status.ts";

function home(id: string, changes: Partial<HomeStatus> = {}): HomeStatus {
	const endpoint = "198.51.100.7:51820";
	return {
		id,
		here: true,
		for: 60,
		lastSeen: undefined,
		endpoint,
		addresses: ["10.86.0.2"],
		domains: [`${id}.example`],
		agent: undefined,
		waiting: undefined,
		...changes,
	};
}

function status(homes: HomeStatus[], changes: Partial<RelayStatus> = {}): RelayStatus {
	return { version: "1", mailFlows: true, homes, held: [], conditions: [], ...changes };
}

test("one line says how many homes are here, and how many errors there are", () => {
	const health = silentHealth();
	health.set(failing, "a", { error: "no" });
	expect(statusLine(status([]))).toBe("0 of 0 homes here");
	expect(statusLine(status([home("anna")]))).toBe("the home is here");
	expect(statusLine(status([home("anna", { here: false })]))).toBe("the home is away");
	expect(statusLine(status([home("a"), home("b", { here: false })], { conditions: health.list() }))).toBe(
		"1 of 2 homes here, 1 error",
	);
	health.set(failing, "b", { error: "no" });
	expect(statusLine(status([home("a"), home("b")], { conditions: health.list() }))).toBe(
		"2 of 2 homes here, 2 errors",
	);
});

test("people see each home with where it is and its domains, the absent ones first", () => {
	const many = Array.from({ length: 7 }, (_, n) => `d${n}.example`);
	const text = statusText(
		status([
			home("anna", { domains: many }),
			home("bert", { here: false, for: 7_200, domains: [] }),
			home("cora", { endpoint: undefined }),
		]),
	);
	const lines = text.split("\n");
	expect(lines[0]).toBe("heimweg-relay 1: mail can flow");
	expect(lines[1]).toContain("bert  away for 2 h; no domain");
	expect(lines[2]).toContain(
		"anna  here for 60 s, at 198.51.100.7:51820; d0.example, d1.example, d2.example, d3.example, d4.example and 2 more",
	);
	expect(lines[3]).toContain("at an unknown address");
	expect(text).toContain("Nothing is wrong.");
});

test("who reads German reads the homes in German, whatever they are called", () => {
	const waiting = { mails: 2, since: new Date().toISOString(), oldest: new Date().toISOString() };
	const errors = [
		{ code: "mail.x", text: "Postfix cannot open one of its tables", since: "2026-01-01T00:00:00Z" },
	];
	const agent = { version: "1", conditions: ["mail.x"], errors, at: "2026-01-01T12:00:00Z" };
	const text = statusText(
		status([
			home("key", { waiting }),
			home("bert", { here: false, for: 7_200, domains: [], agent }),
			home("cora", { endpoint: undefined }),
		]),
		german,
	);
	expect(text.split("\n").slice(0, 5)).toEqual([
		"heimweg-relay 1: Mail kommt durch",
		"bert  weg seit 2 h; keine Domain",
		"      er meldete um 2026-01-01 12:00 UTC: FEHLER Postfix kann eine seiner Tabellen nicht öffnen  [mail.x]",
		"key   da seit 60 s, unter 198.51.100.7:51820; key.example; 2 Mails warten auf dem Relay: seit 0 s stockt die Mail, die älteste kam vor 0 s",
		"cora  da seit 60 s, unter unbekannter Adresse; cora.example",
	]);
});

test("what a home says of mail that waits there stands beside it, and grows no older while it is away", () => {
	const agent = { version: "1", conditions: [], at: "2026-01-01T12:10:00.000Z" };
	const waiting = { mails: 2, oldest: "2026-01-01T12:00:00.000Z" };
	const text = statusText(status([home("anna", { agent: { ...agent, waiting } })]));
	expect(text).toContain("it said at 2026-01-01 12:10 UTC: 2 mails wait at home, the oldest came 10 min ago");
	expect(statusText(status([home("anna", { agent })]))).not.toContain("wait");
});

test("of thousands of homes those in trouble are shown, and how many there are; all when asked for", () => {
	const ids = Array.from({ length: 3_000 }, (_, n) => `home-${n}`);
	const shown = shownHomes(ids, ["home-2999", "gone"]);
	expect(shown).toHaveLength(50);
	expect(shown.slice(0, 2)).toEqual(["home-2999", "home-0"]);
	expect(shownHomes(ids, [], { all: true })).toEqual(ids);
	expect(shownHomes(ids, [], { home: "home-7" })).toEqual(["home-7"]);
	expect(shownHomes(ids, [], { home: "gone" })).toEqual([]);
	expect(shownHomes(ids.slice(0, 50), ["home-3"])).toEqual(ids.slice(0, 50));
	const homes = shown.map((id) => home(id, { here: id !== "home-2999" }));
	const figures = { served: 3_000, here: 2_999, waiting: 4 };
	const text = statusText(status(homes, { figures, mailFlows: false }));
	expect(text).toContain("mail cannot flow");
	expect(text).toContain("home-2999");
	expect(text).toContain("50 of 3000 homes are shown");
	expect(text).toContain("2999 are here, mail waits for 4");
	expect(text.split("\n").length).toBeLessThan(60);
});

test("without a home it says what to do", () => {
	expect(statusText(status([]))).toContain("heimweg-relay invite NAME DOMAIN");
});
