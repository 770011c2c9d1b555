import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { createForHomes } from "../../../relay-side/doctor/for-homes.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { doctorAnswerSchema, mostFindings } from "../../../shared/protocol/doctor.ts";
import { MINUTE } from "../../../shared/time.ts";

const well: Finding = { code: "port25_well", severity: "well", subject: "192.0.2.10:25", found: "greets" };
const risk: Finding = {
	...{ code: "reverse_missing", severity: "risk", subject: "192.0.2.10", found: "it has none" },
	...{ turn: "hoster", line: "10.2.0.192.in-addr.arpa. IN PTR relay.example.net." },
};

function relay(findings: readonly Finding[] = [well, risk]) {
	let at = 0;
	const looks: AbortSignal[] = [];
	let fails: Error | undefined;
	const one = createForHomes({
		async look(signal) {
			looks.push(signal);
			if (fails) throw fails;
			return findings;
		},
		now: () => at,
	});
	return {
		...{ one, looks },
		wait: (milliseconds: number) => {
			at += milliseconds;
		},
		fail: (error: Error) => {
			fails = error;
		},
	};
}

test("a home that asks is told what the relay finds at itself, the worst first", async () => {
	const { one } = relay();
	expect(one.answer("a")).toEqual({ look: "a" });
	await turn();
	expect(one.answer("a")).toEqual({ look: "a", findings: [risk, well] });
});

test("the relay looks at itself once a minute at most, whoever asks", async () => {
	const { one, looks, wait } = relay();
	for (let home = 0; home < 100; home++) {
		one.answer(`home ${home}`);
		await turn();
	}
	expect(looks.length).toBe(1);
	wait(MINUTE);
	expect(one.answer("later")!.findings).toBeUndefined();
	await turn();
	expect(looks.length).toBe(2);
});

test("a look that fails is told as such, and not made again within the minute", async () => {
	const { one, looks, fail } = relay();
	fail(new Error("it did not end within 40 s"));
	one.answer("a");
	await turn();
	expect(one.answer("b")).toEqual({ look: "b", failed: "it did not end within 40 s" });
	expect(looks.length).toBe(1);
});

test("what is told is bounded: many findings, long sentences, half commands", async () => {
	const long = { ...risk, found: "x".repeat(5_000), line: "y".repeat(5_000) };
	const { one } = relay([...Array<Finding>(500).fill(well), long, { ...well, code: "No Code" }]);
	one.answer("a");
	await turn();
	const told = one.answer("a")!;
	expect(doctorAnswerSchema.safeParse({ version: 1, ...told }).success).toBe(true);
	expect(told.findings!.length).toBe(mostFindings);
	expect(told.findings![0]).toMatchObject({ code: "reverse_missing", found: "x".repeat(400) });
	expect(told.findings![0]!.line).toBeUndefined();
	expect(JSON.stringify(told).length).toBeLessThan(20_000);
});
