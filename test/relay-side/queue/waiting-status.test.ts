import { expect, test } from "vitest";
import type { HomeStatus } from "../../../relay-side/homes/status.ts";
import { checkinAnswerSchema } from "../../../shared/protocol/checkin.ts";
import { type RelayStatus, statusLine, statusText } from "../relay-status.ts";

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
const waiting = { mails: 12, since: ago(300), oldest: ago(7_300) };

function homeStatus(id: string, changes: Partial<HomeStatus> = {}): HomeStatus {
	return {
		id,
		here: false,
		for: 300,
		lastSeen: undefined,
		endpoint: undefined,
		addresses: ["10.86.0.2"],
		domains: [`${id}.example`],
		waiting: undefined,
		agent: undefined,
		...changes,
	};
}

function relayStatus(...homes: HomeStatus[]): RelayStatus {
	return { version: "1.2.3", mailFlows: true, homes, held: [], conditions: [] };
}

test("the relay's status says how many mails wait for a home, since when, and the age of the oldest", () => {
	const text = statusText(relayStatus(homeStatus("anna", { waiting }), homeStatus("bert")));
	const [anna, bert] = ["anna", "bert"].map((id) => text.split("\n").find((line) => line.startsWith(id)));
	expect(anna).toContain("12 mails wait on the relay: mail has been held up for 5 min, the oldest came 2 h");
	expect(bert).not.toContain("wait");
});

test("the line for systemctl says that mail waits, and for how many homes", () => {
	expect(statusLine(relayStatus(homeStatus("anna", { waiting })))).toBe("the home is away, mail waits");
	const two = relayStatus(homeStatus("anna", { waiting }), homeStatus("bert"));
	expect(statusLine(two)).toBe("0 of 2 homes here, mail waits for 1");
});

test("a relay that does not tell of waiting mail is understood, and so is one that does", () => {
	const answer = { version: "1", home: "anna", domains: [], notices: [] };
	expect(checkinAnswerSchema.parse(answer).waiting).toBeUndefined();
	expect(checkinAnswerSchema.parse({ ...answer, waiting }).waiting?.mails).toBe(12);
});
