import { randomUUID } from "node:crypto";
import { HeimwegError } from "../../shared/errors.ts";
import type { ActiveCondition } from "../../shared/health.ts";
import type { Channel, Notice } from "../../shared/notify.ts";
import type { Submit } from "./submit.ts";

/** Tells by mail, through the relay's own Postfix, what keeps a home's mail from arriving. */
export function mailChannel(options: {
	recipient: string;
	/** The relay's name, as its mails show it. */
	host: string;
	submit: Submit;
	/** True when mail to this address would wait for a home itself. */
	routedHome(): boolean;
	now?: () => Date;
}): Channel {
	const now = options.now ?? (() => new Date());
	return {
		name: "notify.mail",
		batch: true,
		visibleAfter: ({ mail }: ActiveCondition) => mail,
		async send(notices, _more, signal) {
			if (options.routedHome()) {
				throw new HeimwegError(`mail to ${options.recipient} is routed to a home of this relay`, {
					remedy: "write an address into notify.mail that does not depend on this relay",
				});
			}
			await options.submit(options.recipient, compose(notices, { ...options, now: now() }), signal);
		},
	};
}

/** The message, header and text, in US-ASCII lines of bearable length. */
export function compose(
	notices: readonly Notice[],
	{ recipient, host, now }: { recipient: string; host: string; now: Date },
): string {
	const [first] = notices;
	const others = notices.length > 1 ? `, and ${notices.length - 1} more` : "";
	return [
		`From: Heimweg relay <heimweg@${host}>`,
		`To: ${recipient}`,
		`Subject: ${plain(`${host}: ${first ? headline(first) : "nothing"}${others}`).slice(0, 200)}`,
		`Date: ${now.toUTCString().replace("GMT", "+0000")}`,
		`Message-ID: <${randomUUID()}@${host}>`,
		// So that no vacation notice comes back (RFC 3834).
		"Auto-Submitted: auto-generated",
		"MIME-Version: 1.0",
		"Content-Type: text/plain; charset=us-ascii",
		"",
		...notices.flatMap((notice) => [...paragraph(notice), ""]),
		`Sent by heimweg-relay on ${host}; "heimweg-relay status" there says what holds now.`,
		"",
	].join("\n");
}

function headline({ event, title, subject }: Notice): string {
	return `${event === "ends" ? "over: " : ""}${title}${subject ? ` (${subject})` : ""}`;
}

function paragraph({ text, remedy, since, ended }: Notice): string[] {
	return [
		...wrapped(`${text}.`),
		...(remedy ? wrapped(`What to do: ${remedy}.`) : []),
		ended ? `Since ${since}, until ${ended}.` : `Since ${since}.`,
	];
}

/** Lines of at most 76 characters, where words allow it. */
function wrapped(text: string): string[] {
	const lines: string[] = [];
	for (const word of plain(text).split(" ")) {
		const line = lines.at(-1);
		if (line === undefined || line.length + word.length > 75) lines.push(word.slice(0, 900));
		else lines[lines.length - 1] = `${line} ${word}`;
	}
	return lines;
}

function plain(text: string): string {
	return text.replaceAll(/[^ -~]/g, "?");
}
