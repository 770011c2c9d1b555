import { expect, test, vi } from "vitest";
import { createOutgoing } from "../../../agent/mail/outgoing.ts";
import type { Address } from "../../../shared/address.ts";
import { CommandError } from "../../../shared/command.ts";
import { redeliveries } from "../../shared/postfix/redeliveries.ts";
import { silent, silentHealth } from "../../shared/silent.ts";

const begun = redeliveries();

const reasons = {
	TIMEOUT: "connect to 10.86.0.1[10.86.0.1]:25: Connection timed out",
	SUSPENDED: "delivery temporarily suspended: connect to 10.86.0.1[10.86.0.1]:25: Network is unreachable",
	POLICY: "host 10.86.0.1[10.86.0.1] said: 451 4.3.0 cannot check the sender (in reply to RCPT TO command)",
	OTHER: "connect to mx.far.example[198.51.100.9]:25: Connection timed out",
	NEAR: "connect to 10.86.0.10[10.86.0.10]:25: Connection timed out",
	LOCAL: "cannot update mailbox /var/mail/anna",
};

function world(relayhost: string | Error) {
	const mails = new Map(Object.entries(reasons));
	const scene = {
		mails,
		banner: undefined as string | undefined,
		flushed: [] as string[],
		commands: 0,
		listings: 0,
		mark: 1,
		tunnelUp: true,
	};
	const health = silentHealth();
	const outgoing = createOutgoing({
		relay: ["10.86.0.1", "fd86:5a1e:77::1"] as Address[],
		async run(command, args) {
			expect([command, ...args]).toEqual(["postconf", "-h", "relayhost"]);
			scene.commands += 1;
			if (relayhost instanceof Error) throw relayhost;
			return `${relayhost}\n`;
		},
		async *listQueue() {
			scene.listings += 1;
			for (const [id, reason] of mails) {
				const recipients = [{ address: "x@far.example", delay_reason: reason }];
				yield { queue_id: id, queue_name: "deferred", arrival_time: 0, recipients };
			}
		},
		async flush(ids) {
			scene.flushed.push(...ids);
			for (const id of ids) mails.delete(id);
		},
		async ask({ address, port }) {
			expect([address, port]).toEqual([relayhost === "[10.86.0.1]:25" ? "10.86.0.1" : "fd86:5a1e:77::1", 25]);
			return scene.banner;
		},
		mark: async () => scene.mark,
		tunnelUp: () => scene.tunnelUp,
		health,
		log: silent,
	});
	begun.push(outgoing);
	return { scene, outgoing, health };
}

test("what waits for the relay is tried when the relay is back, and nothing else", async () => {
	const { scene, outgoing } = world("[10.86.0.1]:25");
	outgoing.begin();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(scene.flushed.sort()).toEqual(["POLICY", "SUSPENDED", "TIMEOUT"]);
	const { listings } = scene;
	await vi.advanceTimersByTimeAsync(3_600_000);
	expect(scene.listings).toBe(listings);
});

test("nothing is tried before the relay's mail server answers", async () => {
	const { scene, outgoing } = world("[10.86.0.1]:25");
	scene.banner = "nothing listens on this port";
	outgoing.begin();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(scene.flushed).toEqual([]);
	scene.banner = undefined;
	await vi.advanceTimersByTimeAsync(31_000);
	expect(scene.flushed).toHaveLength(3);
});

test("what the relay's mail server put off while the tunnel stayed up is tried once it answers", async () => {
	const { scene, outgoing } = world("[10.86.0.1]:25");
	scene.mails.clear();
	await outgoing.look();
	await vi.advanceTimersByTimeAsync(60_000);
	const { listings } = scene;
	await outgoing.look();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(scene.listings).toBe(listings);
	scene.banner = "nothing listens on this port";
	scene.mails.set("REFUSED", "connect to 10.86.0.1[10.86.0.1]:25: Connection refused");
	scene.mark = 2;
	await outgoing.look();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(scene.flushed).toEqual([]);
	scene.banner = undefined;
	await vi.advanceTimersByTimeAsync(31_000);
	expect(scene.flushed).toEqual(["REFUSED"]);
});

test("nothing is looked at while the tunnel is down", async () => {
	const { scene, outgoing } = world("[10.86.0.1]:25");
	scene.tunnelUp = false;
	await outgoing.look();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(scene.listings).toBe(0);
});

test("a relay with IPv6 alone in the tunnel is known too", async () => {
	const { scene, outgoing } = world("[fd86:5a1e:77::1]:25");
	scene.mails.set("SIX", "connect to fd86:5a1e:77::1[fd86:5a1e:77::1]:25: Connection timed out");
	outgoing.begin();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(scene.flushed).toEqual(["SIX"]);
});

test.each([
	["sends its mail another way", ""],
	["sends its mail to another host", "[mail.provider.example]:587"],
	["has no Postfix", new CommandError("postconf", "postconf is not installed", { missing: true })],
])("a home that %s is left alone", async (_, relayhost) => {
	const { scene, outgoing, health } = world(relayhost);
	outgoing.begin();
	await vi.advanceTimersByTimeAsync(3_600_000);
	expect([scene.commands, scene.listings, scene.flushed.length]).toEqual([1, 0, 0]);
	expect(health.list()).toEqual([]);
});
