import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { mailChannel } from "../../../relay-side/notify/mail.ts";
import { submitTo } from "../../../relay-side/notify/submit.ts";
import { createPresence, type PresenceBook } from "../../../relay-side/pulse/presence.ts";
import { Health } from "../../../shared/health.ts";
import { createNotifier, type Notifier } from "../../../shared/notify.ts";
import { silent } from "../../shared/silent.ts";

const minutes = 60_000;

let server: Server;
let mails: string[];
let takesMail: boolean;
let presence: PresenceBook;
let notifier: Notifier;

/** A relay with one home, whose owner is told by mail through a mail server; the clock is the test's. */
beforeEach(async () => {
	[mails, takesMail] = [[], true];
	server = createServer((socket) => {
		let text: string[] | undefined;
		socket.on("error", () => {});
		socket.write("220 relay.example ESMTP\r\n");
		createInterface({ input: socket }).on("line", (line) => {
			if (!text) {
				if (line === "DATA") text = [];
				socket.write(takesMail ? (text ? "354 go on\r\n" : "250 2.0.0 Ok\r\n") : "452 4.3.1 no room\r\n");
			} else if (line === ".") {
				mails.push(text.join("\n"));
				text = undefined;
				socket.write("250 2.0.0 Ok\r\n");
			} else text.push(line);
		});
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	vi.useFakeTimers({
		now: Date.parse("2026-01-01T00:00:00Z"),
		toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance", "Date"],
	});
	const health = new Health(silent, () => new Date());
	presence = createPresence({ health, log: silent, onChange() {} });
	notifier = createNotifier({
		channel: mailChannel({
			recipient: "me@far.example",
			host: "relay.example",
			submit: submitTo((server.address() as { port: number }).port),
			routedHome: () => false,
		}),
		state: { read: async () => undefined, write: async () => {}, stop() {} },
		health,
		log: silent,
	});
	presence.keep(new Set(["anna", "bert"]));
	presence.start();
	await notifier.start();
});
afterEach(async () => {
	presence.stop();
	await notifier.stop();
	vi.useRealTimers();
	server.close();
});

/** Lets time pass; these homes send their pulses meanwhile. */
async function pass(milliseconds: number, ...here: string[]): Promise<void> {
	for (let at = 0; at < milliseconds; at += 1_000) {
		for (const home of here) presence.pulse(home, 1_000);
		await vi.advanceTimersByTimeAsync(1_000);
	}
}

test("a home that is away for 15 minutes is told of by mail, through the mail server, and its return too", async () => {
	await pass(2 * minutes, "anna", "bert");
	await pass(14 * minutes, "bert");
	await pass(1 * minutes, "anna", "bert");
	expect(mails, "a shorter absence bothers nobody").toEqual([]);
	await pass(15 * minutes, "bert");
	expect(mails).toEqual([]);
	await pass(10_000, "bert");
	await expect.poll(() => mails).toHaveLength(1);
	expect(mails[0]).toMatch(/^Subject: relay\.example: the home is away \(anna\)$/m);
	expect(mails[0]).toContain("no pulse from the home anna since 2026-01-01T00:16:5");
	expect(mails[0]).toContain("What to do:");
	await pass(10_000, "anna", "bert");
	await expect.poll(() => mails).toHaveLength(2);
	expect(mails[1]).toMatch(/^Subject: relay\.example: over: the home is away \(anna\)$/m);
});

test("what the mail server puts off is told when it takes mail again", async () => {
	await pass(1 * minutes, "anna", "bert");
	takesMail = false;
	await pass(16 * minutes, "bert");
	await new Promise((done) => setImmediate(done));
	expect(mails).toEqual([]);
	takesMail = true;
	await expect
		.poll(async () => {
			await pass(1 * minutes, "bert");
			return mails;
		})
		.toHaveLength(1);
});
