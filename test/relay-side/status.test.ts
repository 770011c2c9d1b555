import { expect, test } from "vitest";
import type { HomeStatus } from "../../relay-side/homes/status.ts";
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

test("of thousands of homes the first are shown, those away among them, and how many more", () => {
	const homes = Array.from({ length: 3_000 }, (_, n) => home(`home-${n}`, { here: n !== 2_999 }));
	const text = statusText(status(homes, { mailFlows: false }));
	expect(text).toContain("mail cannot flow");
	expect(text).toContain("home-2999");
	expect(text).toContain("2950 more");
	expect(text.split("\n").length).toBeLessThan(60);
});

test("without a home it says what to do", () => {
	expect(statusText(status([]))).toContain("add a file to homes.d");
});
