import { createConnection, type Socket } from "node:net";
import { type Backoff, waitAfter } from "../backoff.ts";
import type { RunCommand } from "../command.ts";
import { messageOf } from "../errors.ts";
import { condition, type Health } from "../health.ts";
import { MINUTE, SECOND } from "../time.ts";
import { say } from "../words/say.ts";
import { type Delivery, parseDelivery } from "./delivery.ts";

/**
 * How we see what Postfix sends back to senders. Its queue shows only what still waits, so it has to be its log, and there
 * were these ways:
 * - the journal, read by the daemon: the group that may read it may read everybody's words, and the daemon holds keys;
 * - the log file: only where rsyslog writes one, and for group adm;
 * - notices to the postmaster (notify_classes): a setting for all of Postfix, whole mails, and lost where mail is;
 * - smtp_delivery_status_filter with a table of ours: Postfix would wait for us at every delivery;
 * - soft_bounce: nothing would ever go back, which is the owner's to want.
 * So a unit of its own reads the journal, as a user that can do nothing else, and hands on the lines of Postfix's delivery
 * agents alone, through a socket that only the daemon may open. It also hands on the daemon's own lines: where not even
 * those come, the journal is not read, and that is said; no line is never taken for no bounce.
 */
export interface MailLogOptions {
	/** `heimweg` or `heimweg-relay`: the unit's name begins with it. */
	program: string;
	onDelivery(delivery: Delivery): void;
	run: RunCommand;
	health: Health;
	/** The unit's socket; for tests. */
	path?: string;
	now?: () => number;
}

export interface MailLog {
	start(): void;
	/** Looks whether the log is read, and is where we read. */
	look(): Promise<void>;
	/** True while lines come; undefined until it is known. */
	readonly read: boolean | undefined;
	stop(): void;
}

export const mailLogUnread = condition<{ error: string; remedy: string }>({
	code: "maillog.not_read",
	severity: "warning",
	title: "what Postfix does with the mail is not known",
	visibleAfter: 2 * MINUTE,
	text: ({ error }) => `whether mail goes back to its senders is not known: ${error}`,
	remedy: ({ remedy }) => remedy,
});

/** Before the unit is asked again. */
const pauses: Backoff = { first: SECOND, max: MINUTE };

/** Milliseconds in which the first line has to come: the daemon's own words are among the last thousand. */
const patience = 15 * SECOND;

/** What the unit takes for Postfix's lines begins with it (postconf(5), syslog_name). */
const usualName = "postfix";

/** Characters of a line that are kept; one that never ends must not fill our memory. */
const longestLine = 64 * 1024;

export function createMailLog(options: MailLogOptions): MailLog {
	const { program, run, health } = options;
	const path = options.path ?? `/run/${program}-maillog.socket`;
	const now = options.now ?? (() => performance.now());
	let socket: Socket | undefined;
	let timer: NodeJS.Timeout | undefined;
	let waiting: NodeJS.Timeout | undefined;
	let stopped = false;
	let failures = 0;
	let read: boolean | undefined;
	/** Why what Postfix logs cannot come to us, and what to do about that. */
	let elsewhere: { error: string; remedy: string } | undefined;
	let error: string | undefined;
	/** Since when no line has come although some should have. */
	let silentSince = 0;
	let writers: ReadonlySet<number> | undefined;
	let asking: Promise<typeof writers> | undefined;

	async function start(): Promise<void> {
		silentSince = now();
		await findWriters();
		connect();
	}

	/** Asked once at a time: `start` and the first look come together. */
	async function findWriters(): Promise<void> {
		asking ??= logWriters(run);
		writers ??= await asking;
		asking = undefined;
	}

	function again(): void {
		silentSince = now();
		connect();
	}

	/** Whether Postfix wrote it: any user may log under any name. Where nobody says who did, it is believed. */
	function isPostfixs({ uid }: Delivery): boolean {
		return uid === undefined || writers === undefined || writers.has(uid);
	}

	function connect(): void {
		if (stopped) return;
		clearTimeout(waiting);
		waiting = setTimeout(judge, patience + SECOND);
		const opened = createConnection(path);
		socket = opened;
		let rest = "";
		opened
			.setEncoding("utf8")
			.on("data", (piece: string) => {
				const lines = (rest + piece).split("\n");
				rest = lines.pop()!;
				for (const line of lines) take(line);
				if (rest.length > longestLine) opened.destroy();
			})
			.on("error", (failure) => {
				error = messageOf(failure);
			})
			.on("close", () => {
				if (stopped) return;
				read = read === undefined && failures === 0 ? undefined : false;
				failures += 1;
				timer = setTimeout(again, waitAfter(failures, pauses));
				tell();
			});
	}

	function take(line: string): void {
		if (stopped || line.length > longestLine) return;
		read = true;
		failures = 0;
		error = undefined;
		const delivery = parseDelivery(line);
		tell();
		if (delivery && isPostfixs(delivery)) options.onDelivery(delivery);
	}

	/** Silence is not taken for peace. */
	function judge(): void {
		if (read !== true && now() - silentSince > patience) read = false;
		tell();
	}

	function tell(): void {
		const trouble = read === false ? (error ?? say`nothing is handed on`) : undefined;
		health.put(
			mailLogUnread,
			"",
			trouble === undefined || elsewhere
				? elsewhere
				: {
						error: say`the journal is not read (${trouble})`,
						remedy: `run "systemctl start ${program}-maillog.socket", and look at "journalctl -u '${program}-maillog@*'"; where there is no such unit, run systemd/install again`,
					},
		);
	}

	return {
		get read() {
			return elsewhere ? false : read;
		},
		start: () => void start(),
		async look() {
			if (writers === undefined) await findWriters();
			const ask = async (...args: string[]) => (await run("postconf", args).catch(() => "")).trim();
			const [file, name] = [await ask("-h", "maillog_file"), await ask("-xh", "syslog_name")];
			if (file)
				elsewhere = {
					error: say`Postfix writes its log to ${file}, not to the journal`,
					remedy: 'have Postfix log to syslog ("postconf -X maillog_file", then "systemctl restart postfix")',
				};
			// The relay's service into the tunnel has a name of its own.
			else if (program === "heimweg" && name && name !== usualName)
				elsewhere = {
					error: say`Postfix logs under the name ${name}, and its lines are known by ${usualName}`,
					remedy: 'have it log under its usual name ("postconf -X syslog_name", then "postfix reload")',
				};
			else elsewhere = undefined;
			judge();
		},
		stop() {
			stopped = true;
			clearTimeout(timer);
			clearTimeout(waiting);
			socket?.destroy();
		},
	};
}

/** As whom Postfix's delivery agents write their log: root, or the owner of its queue; undefined when that is not told. */
async function logWriters(run: RunCommand): Promise<ReadonlySet<number> | undefined> {
	try {
		const owner = (await run("postconf", ["-h", "mail_owner"])).trim();
		const uid = (await run("id", ["-u", owner])).trim();
		return /^\d+$/.test(uid) ? new Set([0, Number(uid)]) : undefined;
	} catch {
		return undefined;
	}
}
