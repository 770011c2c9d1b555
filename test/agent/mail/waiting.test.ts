import { beforeEach, describe, expect, test } from "vitest";
import { createWaiting } from "../../../agent/mail/waiting.ts";
import { parseAddress } from "../../../shared/address.ts";
import { CommandError } from "../../../shared/command.ts";
import type { Health } from "../../../shared/health.ts";
import type { QueuedMessage } from "../../../shared/postfix/queue.ts";
import { silentHealth } from "../../shared/silent.ts";

const minute = 60_000;
const lmtpAway = "connect to home.example.net[private/dovecot-lmtp]: No such file or directory";
const relayAway = "connect to 10.86.0.1[10.86.0.1]:25: Connection refused";

describe("mail that waits in the home's own queue", () => {
	let health: Health;
	let queue: QueuedMessage[];
	let clock: number;
	let up: boolean;
	let mark: number | undefined;
	let looks: number;
	let failure: Error | undefined;
	let told: number[];
	let waiting: ReturnType<typeof createWaiting>;

	beforeEach(() => {
		health = silentHealth();
		[queue, clock, up, mark, looks, failure] = [[], 10 * minute, true, 1, 0, undefined];
		told = [];
		waiting = createWaiting({
			relay: [parseAddress("10.86.0.1")],
			run: async () => {
				if (failure) throw failure;
				return "3.10.13";
			},
			async *listQueue() {
				looks += 1;
				yield* queue;
			},
			mark: async () => mark,
			tunnelUp: () => up,
			onChange: () => told.push(waiting.now()?.mails ?? 0),
			health,
			now: () => clock,
		});
	});

	const put = (to: string, reason: string) =>
		queue.push({
			queue_id: "4XyZ",
			queue_name: "deferred",
			arrival_time: (clock - minute) / 1000,
			recipients: [{ address: to, delay_reason: reason }],
		});

	async function look(): Promise<Array<{ code: string; severity: string; text: string; remedy: string }>> {
		clock += minute;
		mark = (mark ?? 0) + 1;
		await waiting.look();
		return health.list();
	}

	test("since LMTP is away is an error that names the service to look at, and is over with the mail", async () => {
		put("anna@example.org", lmtpAway);
		const [said] = await look();
		expect(said).toMatchObject({ code: "mail.delivery_failing", severity: "error" });
		expect(said?.text).toContain("LMTP) is away");
		expect(said?.remedy).toContain("systemctl status dovecot");
		queue = [];
		expect(await look()).toEqual([]);
	});

	test("for the relay is told while the tunnel is up, and is the tunnel's affair while it is down", async () => {
		put("x@world.test", relayAway);
		up = false;
		expect(await look()).toEqual([]);
		up = true;
		const [said] = await look();
		expect(said).toMatchObject({ code: "mail.outgoing_waits", severity: "warning" });
		expect(said?.text).toContain("no mail server runs on 10.86.0.1");
	});

	test("of a reason each: two things that are wrong are two sentences", async () => {
		put("anna@example.org", lmtpAway);
		put("x@world.test", "host 10.86.0.1[10.86.0.1] said: 452 4.3.1 Insufficient system storage");
		const said = await look();
		expect(said.map(({ code }) => code)).toEqual(["mail.delivery_failing", "mail.outgoing_waits"]);
		expect(said[1]?.text).toContain("the disk of 10.86.0.1 is full");
	});

	test("is told with its number and age, when it begins to wait and when none does any more", async () => {
		put("anna@example.org", lmtpAway);
		put("x@world.test", relayAway);
		await look();
		expect(waiting.now()).toEqual({ mails: 2, oldest: new Date(9 * minute).toISOString() });
		put("y@world.test", relayAway);
		await look();
		expect(waiting.now()?.mails).toBe(3);
		queue = [];
		await look();
		expect(waiting.now()).toBeUndefined();
		expect(told).toEqual([2, 0]);
	});

	test("is not said to be none when the queue cannot be read, and not looked for without a Postfix", async () => {
		failure = new CommandError("postconf", "the program postconf is needed", { missing: true });
		expect(await look()).toEqual([]);
		expect(looks).toBe(0);
		failure = new CommandError("postconf", "no");
		expect((await look())[0]).toMatchObject({ code: "mail.queue_unread" });
		failure = undefined;
		expect(await look()).toEqual([]);
		expect(looks).toBe(1);
	});

	test("is looked for when Postfix has done something, and while some waits, since that grows old by itself", async () => {
		await look();
		clock += minute;
		await waiting.look();
		expect(looks).toBe(1);
		put("anna@example.org", lmtpAway);
		await look();
		clock += minute;
		await waiting.look();
		expect(looks).toBe(3);
		mark = undefined;
		queue = [];
		await waiting.look();
		clock += 2 * minute;
		await waiting.look();
		expect(looks).toBe(5);
	});
});
