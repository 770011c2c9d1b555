import { plainText } from "../plain-text.ts";
import { fieldsOf } from "./json-line.ts";

/** What Postfix's log says of one try to deliver a mail to one recipient. */
export interface Delivery {
	/** Milliseconds since 1970. */
	at: number;
	queueId: string;
	/** The recipient as it was delivered to, and, if that is another, as the mail was addressed. */
	to: string;
	addressed: string;
	/** The machine that it was given to, `10.86.0.2[10.86.0.2]:25`; `none` or the agent's own name otherwise. */
	relay: string;
	/** The enhanced status code (RFC 3463). */
	dsn: string;
	/**
	 * `sent`, `deferred`, `bounced`, `expired`; `deliverable` and `undeliverable` for a question without a mail (sendmail -bv);
	 * `SOFTBOUNCE` for one that would have bounced (bounce(8), soft_bounce).
	 */
	status: string;
	/** Postfix's words. */
	text: string;
	/** Who tried, as in the log: `postfix/heimweg/smtp`, `postfix/local`. */
	agent: string;
	/** The user whose process wrote the line, as the kernel told journald; undefined where the journal's reader does not say. */
	uid?: number;
}

/** A status line as every delivery agent logs it (log_adhoc(3)). A long one may be cut. */
const statusLine =
	/^([0-9A-Za-z]{1,40}): to=<(.*?)>, (?:orig_to=<(.*?)>, )?relay=(.*?), (?:conn_use=\d+, )?delay=[^,]*, delays=[^,]*, dsn=([\d.]+), status=(\w+) \((.*?)\)?$/s;

/** Reads a line that journalctl(1) prints with `-o json`; undefined when it is about no delivery. Never throws. */
export function parseDelivery(line: string): Delivery | undefined {
	const fields = fieldsOf(line);
	const message = textOf(fields.MESSAGE);
	const agent = textOf(fields.SYSLOG_IDENTIFIER);
	const at = Number(fields.__REALTIME_TIMESTAMP) / 1000;
	if (message === undefined || agent === undefined || !Number.isFinite(at)) return undefined;
	const [, queueId, to, addressed, relay, dsn, status, text] = statusLine.exec(message) ?? [];
	if (queueId === undefined) return undefined;
	const uid = textOf(fields._UID);
	return {
		at,
		queueId,
		to: plainText(to!),
		addressed: plainText(addressed ?? to!),
		relay: plainText(relay!),
		dsn: dsn!,
		status: status!,
		text: plainText(text!),
		agent: plainText(agent),
		...(uid === undefined ? {} : { uid: Number(uid) }),
	};
}

/** What is no UTF-8 comes as a list of bytes, what is too long as null. */
function textOf(value: unknown): string | undefined {
	if (typeof value === "string") return value;
	return Array.isArray(value) ? Buffer.from(value as number[]).toString("utf8") : undefined;
}
