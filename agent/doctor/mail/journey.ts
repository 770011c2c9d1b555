/** What Postfix here logged of one copy of a mail. */
export interface Journey {
	queueId: string;
	/** Who brought it by SMTP, and who it had come to before, as XFORWARD told; undefined for one that began here. */
	client?: string;
	originalClient?: string;
	/** How its delivery went: `sent`, `bounced`, `deferred`; undefined until there was one. */
	status?: string;
	/** Whom it was given to, and with which words. */
	relay?: string;
	text?: string;
}

/** Every copy of the mail with this Message-ID that went through Postfix here, in the order of the log. */
export function journeysOf(log: string, messageId: string): Journey[] {
	const lines = log.split("\n");
	const ids = lines.flatMap((line) => {
		const [, id, of] = /(?:^|\s)([0-9A-Za-z]{5,40}): message-id=<(.*)>$/.exec(line) ?? [];
		return of === messageId ? [id!] : [];
	});
	return [...new Set(ids)].map((queueId) => {
		const journey: Journey = { queueId };
		for (const line of lines) {
			const at = line.indexOf(`${queueId}: `);
			// The same mail is named in others' lines, such as "queued as".
			if (at < 0 || !/(?:^|\s)$/.test(line.slice(0, at))) continue;
			const said = line.slice(at + queueId.length + 2);
			const client = /^client=([^,]+)/.exec(said)?.[1];
			if (client) {
				journey.client = client;
				const before = /orig_client=([^,]+)/.exec(said)?.[1];
				if (before) journey.originalClient = before;
			}
			const [, relay, status, text] = /^to=<.*?>,.* relay=([^,]+),.* status=(\w+) \((.*)\)$/.exec(said) ?? [];
			if (status) Object.assign(journey, { relay, status, text });
		}
		return journey;
	});
}
