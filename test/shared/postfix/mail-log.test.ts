import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Health } from "../../../shared/health.ts";
import { type Delivery, parseDelivery } from "../../../shared/postfix/delivery.ts";
import { createMailLog, type MailLog, mailLogUnread } from "../../../shared/postfix/mail-log.ts";
import { silentHealth } from "../silent.ts";

/** A line as `journalctl -o json` prints it. */
const journal = (message: unknown, agent = "postfix/heimweg/smtp", uid?: string) =>
	JSON.stringify({
		MESSAGE: message,
		SYSLOG_IDENTIFIER: agent,
		__REALTIME_TIMESTAMP: "1796030833123456",
		_UID: uid,
	});

const bounced =
	"A39B3DF: to=<nobody1@example.org>, relay=10.86.0.2[10.86.0.2]:25, delay=0.05, delays=0/0/0.05/0.01, dsn=5.1.1, status=bounced (host 10.86.0.2[10.86.0.2] said: 550 5.1.1 <nobody1@example.org>: Recipient address rejected: User unknown in local recipient table (in reply to RCPT TO command))";

describe("a line of Postfix's log", () => {
	test("says which mail, to whom, through whom, how it went and why", () => {
		expect(parseDelivery(journal(bounced))).toEqual({
			at: 1796030833123.456,
			queueId: "A39B3DF",
			to: "nobody1@example.org",
			addressed: "nobody1@example.org",
			relay: "10.86.0.2[10.86.0.2]:25",
			dsn: "5.1.1",
			status: "bounced",
			text: "host 10.86.0.2[10.86.0.2] said: 550 5.1.1 <nobody1@example.org>: Recipient address rejected: User unknown in local recipient table (in reply to RCPT TO command)",
			agent: "postfix/heimweg/smtp",
		});
	});

	test.each([
		[
			"4C01A142: to=<root@example.org>, orig_to=<postmaster>, relay=local, delay=0.01, delays=0.01/0/0/0, dsn=2.0.0, status=sent (delivered to maildir)",
			{ to: "root@example.org", addressed: "postmaster", relay: "local", status: "sent" },
		],
		[
			"3859311C: to=<anna@example.org>, relay=none, delay=0.02, delays=0.01/0.01/0.01/0, dsn=4.4.1, status=deferred (connect to home.example.net[private/dovecot-lmtp]: No such file or directory)",
			{ relay: "none", status: "deferred", dsn: "4.4.1" },
		],
		[
			"ECC9014F: to=<anna@example.org>, relay=10.86.0.2[10.86.0.2]:25, conn_use=2, delay=0.08, delays=0/0/0.05/0.03, dsn=2.1.5, status=deliverable (250 2.1.5 Ok)",
			{ status: "deliverable", text: "250 2.1.5 Ok" },
		],
		[
			"3859311C: to=<a>, <b@example.org>, relay=none, delay=1, delays=0/0/0/0, dsn=5.0.0, status=bounced (cut",
			{ to: "a>, <b@example.org", text: "cut" },
		],
	])("is read whatever its form: %s", (line, expected) => {
		expect(parseDelivery(journal(line))).toMatchObject(expected);
	});

	test("that is about something else, or damaged, is none, and what is no text is read all the same", () => {
		for (const line of ["", "{", "null", "[]", journal(null), journal(5), journal("connect from x[1.2.3.4]")])
			expect(parseDelivery(line)).toBeUndefined();
		expect(parseDelivery(journal([...Buffer.from(bounced)]))?.status).toBe("bounced");
		expect(parseDelivery(journal(bounced.replace("User", "\u001b[31mUser")))?.text).not.toContain("\u001b");
	});
});

describe("Postfix's log, through the socket of the unit that reads it", () => {
	let folder: string;
	let path: string;
	let server: Server | undefined;
	let health: Health;
	let deliveries: Delivery[];
	let log: MailLog;
	let file: string;
	let syslogName: string;
	let clock: number;
	const talking = new Set<Socket>();

	beforeEach(async () => {
		folder = await mkdtemp(join(tmpdir(), "heimweg-maillog-"));
		path = join(folder, "socket");
		[health, deliveries, file, clock] = [silentHealth(), [], "", 0];
		syslogName = "postfix\n";
		log = makeLog("heimweg-relay");
	});

	const makeLog = (program: string) =>
		createMailLog({
			program,
			onDelivery: (delivery) => deliveries.push(delivery),
			run: async (command, [, name]) => (command === "id" && name === "postfix" ? "114\n" : tell(name!)),
			health,
			path,
			now: () => clock,
		});

	afterEach(async () => {
		log.stop();
		for (const socket of talking) socket.destroy();
		await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
		server = undefined;
		await rm(folder, { recursive: true });
	});

	const tell = (name: string) =>
		({ mail_owner: "postfix\n", maillog_file: file, syslog_name: syslogName })[name] ?? "";

	const listen = (greeting: string) =>
		new Promise<void>((resolve) => {
			server = createServer((socket) => {
				talking.add(socket);
				socket.on("error", () => {});
				socket.write(greeting);
			}).listen(path, resolve);
		});

	test("asks once who writes Postfix's log, although the start and a look want to know it together", async () => {
		let asked = 0;
		log.stop();
		log = createMailLog({
			...{ program: "heimweg-relay", onDelivery() {}, health, path },
			run: async (command, [, name]) => {
				if (name === "mail_owner") asked += 1;
				return command === "id" ? "114\n" : tell(name!);
			},
		});
		log.start();
		await log.look();
		expect(asked).toBe(1);
	});

	test("tells each delivery, also one whose line comes in pieces", async () => {
		const line = journal(bounced);
		await listen(`${journal("started", "heimweg-relay")}\n${line.slice(0, 99)}`);
		log.start();
		await vi.waitFor(() => expect(log.read).toBe(true));
		for (const socket of talking) socket.write(`${line.slice(99)}\n`);
		await vi.waitFor(() => expect(deliveries.map(({ queueId }) => queueId)).toEqual(["A39B3DF"]));
		expect(health.list()).toEqual([]);
	});

	test("is believed as far as Postfix wrote it: any user of the machine may log under its name", async () => {
		const of = (id: string, uid: string) => journal(bounced.replace("A39B3DF", id), undefined, uid);
		await listen(
			`${[of("ROOT1", "0"), of("WWW33", "33"), of("ANNA9", "1000"), of("POST1", "114")].join("\n")}\n`,
		);
		log.start();
		await vi.waitFor(() => expect(deliveries.map(({ queueId }) => queueId)).toContain("POST1"));
		expect(deliveries.map(({ queueId }) => queueId)).toEqual(["ROOT1", "POST1"]);
	});

	test("is said to be not read when there is no socket, and read again when there is", async () => {
		log.start();
		clock = 60_000;
		await log.look();
		expect(health.has(mailLogUnread)).toBe(true);
		expect(health.list()[0]?.remedy).toContain("systemctl start heimweg-relay-maillog.socket");
		await listen(`${journal(bounced)}\n`);
		await vi.waitFor(() => expect(deliveries).toHaveLength(1), { timeout: 10_000 });
		expect(health.has(mailLogUnread)).toBe(false);
	});

	test("is said to be not read when not even our own lines come out of it", async () => {
		await listen("");
		log.start();
		await log.look();
		expect(log.read).toBeUndefined();
		clock = 60_000;
		await log.look();
		expect(log.read).toBe(false);
		expect(health.list()[0]?.text).toContain("not known");
	});

	test("is said to be elsewhere when Postfix writes a file of its own", async () => {
		await listen(`${journal("started", "heimweg-relay")}\n`);
		file = "/var/log/postfix.log\n";
		log.start();
		await vi.waitFor(async () => {
			await log.look();
			expect(health.list()[0]?.text).toContain("/var/log/postfix.log");
		});
		expect(health.list()[0]?.remedy).toContain("postconf -X maillog_file");
		expect(log.read).toBe(false);
	});

	test("is said to be unknown at home when Postfix logs under a name that nobody reads", async () => {
		await listen(`${journal("started", "heimweg")}\n`);
		syslogName = "mail-out\n";
		log.start();
		await vi.waitFor(() => expect(log.read).toBe(true));
		await log.look();
		expect(health.list(), "the relay's service has a name of its own").toEqual([]);
		log.stop();
		log = makeLog("heimweg");
		log.start();
		await vi.waitFor(async () => {
			await log.look();
			expect(health.list()[0]?.text).toContain("Postfix logs under the name mail-out");
		});
		expect(log.read).toBe(false);
		syslogName = "postfix\n";
		await log.look();
		expect(health.list()).toEqual([]);
	});
});
