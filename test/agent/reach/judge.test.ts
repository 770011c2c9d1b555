import { expect, test } from "vitest";
import { afterLook, afterOutage, type FamilyReach, foundBy } from "../../../agent/reach/judge.ts";
import { listeningPorts } from "../../../agent/reach/ports.ts";
import { parseAddress } from "../../../shared/address.ts";
import type { Look, Verdict } from "../../../shared/protocol/reach.ts";
import { MINUTE } from "../../../shared/time.ts";

function looked(at: string, verdict: Verdict, familyWell = true, address = "198.51.100.7"): Look {
	return { address: parseAddress(address), at, familyWell, ports: [{ port: 993, verdict }] };
}

function after(...looks: Array<[minute: number, look: Look]>): FamilyReach {
	return looks.reduce<FamilyReach | undefined>(
		(before, [minute, look]) => afterLook(before, look, minute * MINUTE),
		undefined,
	)!;
}

test.each<[Verdict[], string]>([
	[["silent", "same_key"], "reachable"],
	[["other_key", "silent"], "another_key"],
	[["answers", "silent"], "answers"],
	[["silent", "silent"], "silent"],
	[["silent", "unknown"], "silent"],
	[["unknown"], "unknown"],
	[[], "unknown"],
])("ports that are %j make an address %s", (verdicts, found) => {
	expect(foundBy({ ports: verdicts.map((verdict, port) => ({ port, verdict })) })).toBe(found);
});

test("an address is refuted by two looks ten minutes apart, not by one that is told twice", () => {
	const first = looked("a", "silent");
	expect(after([0, first], [30, first]).refuted).toBe(false);
	expect(after([0, first], [5, looked("b", "silent")]).refuted).toBe(false);
	expect(after([0, first], [10, looked("b", "silent")]).refuted).toBe(true);
	expect(after([0, looked("a", "other_key")], [10, looked("b", "other_key")]).refuted).toBe(true);
});

test("silence proves nothing in a family where the relay may have no connection", () => {
	expect(after([0, looked("a", "silent", false)], [10, looked("b", "silent", false)]).refuted).toBe(false);
});

test("an answer takes the proof back, and a look that tells nothing does not", () => {
	const proven: Array<[number, Look]> = [
		[0, looked("a", "silent")],
		[10, looked("b", "silent")],
	];
	expect(after(...proven, [20, looked("c", "unknown")]).refuted).toBe(true);
	expect(after(...proven, [20, looked("c", "answers")]).refuted).toBe(false);
});

test("another address begins without proof", () => {
	const moved = looked("c", "silent", true, "198.51.100.8");
	expect(after([0, looked("a", "silent")], [10, looked("b", "silent")], [20, moved]).refuted).toBe(false);
});

test("an outage of the relay between two looks makes them no proof, and keeps one that there was", () => {
	const one = afterOutage(after([0, looked("a", "silent")]));
	expect(afterLook(one, looked("b", "silent"), 60 * MINUTE).refuted).toBe(false);
	const proven = after([0, looked("a", "silent")], [10, looked("b", "silent")]);
	expect(afterOutage(proven).refuted).toBe(true);
});

test("the usual ports that are listened on count, unless on loopback alone", () => {
	const output = [
		"LISTEN 0 100 0.0.0.0:465 0.0.0.0:*",
		"LISTEN 0 100 127.0.0.1:587 0.0.0.0:*",
		"LISTEN 0 100 [::]:993 [::]:*",
		"LISTEN 0 100 *:22 *:*",
	].join("\n");
	expect(listeningPorts(output)).toEqual([465, 993]);
	expect(listeningPorts("")).toEqual([]);
});
