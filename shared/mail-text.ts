export interface PlainMail {
	from: string;
	to: string;
	/** Without angle brackets. */
	id: string;
	at: Date;
	/** ASCII, as all of it. */
	subject: string;
	text: string;
}

/** A mail of ours, which nobody should answer (RFC 5322; RFC 3834, 5): ASCII, so that no server on the way changes it. */
export function mailText({ from, to, id, at, subject, text }: PlainMail): string {
	return [
		`Date: ${at.toUTCString().replace("GMT", "+0000")}`,
		`From: Heimweg <${from}>`,
		`To: <${to}>`,
		`Message-ID: <${id}>`,
		`Subject: ${subject}`,
		"Auto-Submitted: auto-generated",
		"MIME-Version: 1.0",
		"Content-Type: text/plain; charset=us-ascii",
		"",
		text,
		"",
	].join("\n");
}
