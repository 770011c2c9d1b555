import { expect, test } from "vitest";
import {
	recipientsFailing,
	recipientsSourceFailing,
	recipientsUnfit,
	recipientsUnread,
} from "../../../agent/recipients/conditions.ts";
import type { RecipientsDocument } from "../../../agent/recipients/document.ts";
import { createRecipients } from "../../../agent/recipients/push.ts";
import type { RelayAnswer } from "../../../agent/relay/client.ts";
import { parseAddress } from "../../../shared/address.ts";
import type { CheckinAnswer } from "../../../shared/protocol/checkin.ts";
import type { RecipientsPush, RecipientsState } from "../../../shared/protocol/recipients.ts";
import { parseRecipient, RecipientSet } from "../../../shared/recipient.ts";
import { silent, silentHealth } from "../../shared/silent.ts";

const setOf = (...texts: string[]) => new RecipientSet(texts.map((text) => parseRecipient(text)!));

function documentOf(
	texts: string[],
	changes: Partial<RecipientsDocument["sources"][number]> = {},
): RecipientsDocument {
	return {
		version: 1,
		sources: [{ source: "users", usable: true, recipients: [...setOf(...texts)], ...changes }],
	};
}

function world() {
	const sent: RecipientsPush[] = [];
	const answers: RelayAnswer[] = [];
	const health = silentHealth();
	const scene = { up: true, reports: 0, wholes: 0, clock: Date.parse("2026-03-01T12:00:00Z") };
	const recipients = createRecipients({
		port: () => ({
			...{ relay: parseAddress("10.86.0.1"), from: parseAddress("10.86.0.2"), port: 8687, bearer: "b" },
			keys: { pulse: Buffer.alloc(32), answer: Buffer.alloc(32), checkin: Buffer.alloc(32) },
			spoken: { has: () => true, add: () => {} },
		}),
		send: async (push) => {
			sent.push(push);
			const good = { status: 200, text: JSON.stringify({ digest: push.digest, held: false }) };
			return answers.shift() ?? good;
		},
		delimiter: "+",
		file: "/var/lib/x",
		tunnelUp: () => scene.up,
		onReport: () => {
			scene.reports += 1;
		},
		onWhole: () => {
			scene.wholes += 1;
		},
		health,
		log: silent,
		now: () => scene.clock,
	});
	const hear = async (state: Partial<RecipientsState> | undefined, domains = ["example.org"]) => {
		const answer: CheckinAnswer = { version: "1", home: "anna", domains, notices: [] };
		if (state) answer.recipients = { count: 0, held: false, limit: 1_000, ...state };
		recipients.heard(answer);
		await settle();
	};
	const settle = () => Promise.race([recipients.duty.settled(), new Promise((done) => setTimeout(done, 50))]);
	const see = async (document: RecipientsDocument | undefined) => {
		recipients.seenDocument(document);
		await settle();
	};
	return { recipients, sent, answers, health, scene, hear, see, settle };
}

test("the whole list is sent once, then only what changes, and nothing while nothing changes", async () => {
	const { sent, hear, see, recipients, scene } = world();
	await see(documentOf(["a@example.org", "b@example.org"]));
	expect(sent).toEqual([]);
	await hear({});
	const first = setOf("a@example.org", "b@example.org");
	expect(sent).toEqual([{ digest: first.digest, add: ["a@example.org", "b@example.org"] }]);
	await hear({ digest: first.digest });
	await see(documentOf(["b@example.org", "a@example.org"]));
	expect(sent).toHaveLength(1);
	await see(documentOf(["b@example.org", "c@example.org"]));
	const second = setOf("b@example.org", "c@example.org");
	expect(sent[1]).toEqual({
		digest: second.digest,
		base: first.digest,
		add: ["c@example.org"],
		remove: ["a@example.org"],
	});
	expect(recipients.state()).toEqual({ recipients: 2, onRelay: true });
	expect(scene.wholes).toBe(1);
});

test("a relay that forgot, or that has another list, gets the whole list", async () => {
	const { sent, hear, see, answers } = world();
	await see(documentOf(["a@example.org"]));
	await hear({});
	await hear({});
	expect(sent.map(({ base }) => base)).toEqual([undefined, undefined]);
	answers.push({ status: 409, text: '{"error":"another"}' });
	await see(documentOf(["a@example.org", "b@example.org"]));
	expect(sent.slice(2).map(({ base, add }) => [base, add])).toEqual([
		[setOf("a@example.org").digest, ["b@example.org"]],
		[undefined, ["a@example.org", "b@example.org"]],
	]);
});

test("only recipients of the domains routed to us are sent; a change of these is a change of the list", async () => {
	const { sent, hear, see } = world();
	await see(documentOf(["a@example.org", "b@other.example", "@example.net"]));
	await hear({});
	expect(sent[0]?.add).toEqual(["a@example.org"]);
	await hear({ digest: sent[0]!.digest }, ["example.org", "example.net"]);
	expect(sent[1]).toMatchObject({ base: sent[0]!.digest, add: ["@example.net"], remove: [] });
});

test("a relay that knows nothing of lists, or that is not reachable, gets none", async () => {
	const { sent, hear, see, scene, recipients } = world();
	await see(documentOf(["a@example.org"]));
	await hear(undefined);
	expect(sent).toEqual([]);
	expect(recipients.state()).toEqual({ recipients: 0, onRelay: false });
	scene.up = false;
	await hear({});
	expect(sent).toEqual([]);
});

test("while a source cannot be listed nothing is sent, and the check-in says why", async () => {
	const { sent, hear, see, recipients, health, scene } = world();
	expect(recipients.report()).toEqual({
		complete: false,
		reason: "the home does not look up who its recipients are",
		delimiter: "+",
	});
	await see(documentOf(["a@example.org"], { usable: false, failing: { since: "x", error: "no answer" } }));
	await hear({});
	expect(sent).toEqual([]);
	expect(recipients.report()).toEqual({
		complete: false,
		reason: "the home cannot list users",
		delimiter: "+",
	});
	expect(health.has(recipientsSourceFailing, "users")).toBe(true);
	expect(scene.reports).toBe(1);
	await see(documentOf(["a@example.org"], { unfit: { count: 1, some: ["jörg"] } }));
	expect(recipients.report()).toEqual({ complete: true, delimiter: "+" });
	expect([scene.reports, sent.length]).toEqual([2, 1]);
	expect(health.list().map(({ code }) => code)).toEqual([recipientsUnfit.code]);
	await see(undefined);
	expect(health.list()).toEqual([]);
	expect(recipients.report().complete).toBe(false);
});

test("a refused list is told in the relay's words and not sent again before the next check-in", async () => {
	const { sent, hear, see, answers, health, scene, recipients } = world();
	await see(documentOf(["a@example.org"]));
	answers.push({ status: 403, text: '{"error":"example.org is not a domain of this home"}' });
	await hear({});
	expect(health.list()[0]?.text).toContain("the relay refused it: example.org is not a domain of this home");
	expect(scene.reports).toBe(2);
	recipients.duty.poke(undefined, { urgent: true });
	await expect.poll(() => health.has(recipientsFailing)).toBe(true);
	expect(sent).toHaveLength(1);
	await hear({});
	recipients.duty.poke(undefined, { urgent: true });
	await expect.poll(() => sent.length).toBe(2);
	await expect.poll(() => health.list()).toEqual([]);
});

test("while the relay takes no list of ours the check-in says so, since the one that it has refuses who is new", async () => {
	const { hear, see, answers, scene, recipients } = world();
	await see(documentOf(["a@example.org"]));
	await hear({});
	expect([recipients.report().complete, scene.reports]).toEqual([true, 1]);
	answers.push({ status: 413, text: '{"error":"too many"}' });
	await see(documentOf(["a@example.org", "b@example.org"]));
	const open = {
		complete: false,
		reason: "the relay does not take the home's list of recipients",
		delimiter: "+",
	};
	expect([recipients.report(), scene.reports]).toEqual([open, 2]);
	// It says so once, however often it is refused.
	answers.push({ status: 413, text: '{"error":"too many"}' });
	await hear({ digest: setOf("a@example.org").digest });
	recipients.duty.poke(undefined, { urgent: true });
	await expect.poll(() => answers.length).toBe(0);
	expect([recipients.report(), scene.reports]).toEqual([open, 2]);
	await hear({ digest: setOf("a@example.org").digest });
	recipients.duty.poke(undefined, { urgent: true });
	await expect.poll(() => recipients.report().complete).toBe(true);
	expect(scene.reports).toBe(3);
});

test("a list over the relay's limit is not sent, and the limit is named", async () => {
	const { sent, hear, see, health, recipients } = world();
	await see(documentOf(["a@example.org", "b@example.org"]));
	await hear({ limit: 1 });
	expect(sent).toEqual([]);
	expect(health.list()[0]?.text).toContain("at most 1 recipients, and there are 2");
	expect(recipients.report().complete).toBe(false);
	await recipients.duty.stop();
});

test("a list that nobody looks at for a quarter of an hour is told, however old it was at start", () => {
	const { recipients, health, scene } = world();
	const look = new Date("2026-03-01T10:59:00Z");
	recipients.seenLook(look);
	scene.clock += 900_000;
	recipients.seenLook(look);
	expect(health.list()).toEqual([]);
	scene.clock += 1;
	recipients.seenLook(look);
	expect(health.list()[0]).toMatchObject({ code: recipientsUnread.code });
	expect(health.list()[0]?.text).toContain("since 2026-03-01 10:59 UTC");
	recipients.seenLook(new Date("2026-03-01T11:09:01Z"));
	expect(health.list()).toEqual([]);
	recipients.seenLook(undefined);
	expect(health.list()[0]?.text).toContain("there is no list of valid recipients in /var/lib/x");
});
