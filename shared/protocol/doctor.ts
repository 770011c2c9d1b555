import { z } from "zod";
import { plainLines, plainText } from "../plain-text.ts";

/** Findings that cross the tunnel, and characters of what each says. */
export const mostFindings = 60;
const longest = { code: 60, subject: 255, text: 400, line: 1_000 } as const;

const mailId = z.string().regex(/^[0-9a-f]{24}$/);

/** A mail that a home wants to get as a stranger sends it; the number names it. */
const mailWishSchema = z.object({ id: mailId, to: z.string().max(320) });
export type MailWish = z.infer<typeof mailWishSchema>;

/** What a home asks of the relay's part that looks: one of both, or both. */
export const doctorReportSchema = z.object({
	version: z.literal(1),
	/** Names this look: another one has another. */
	look: z.string().max(40).optional(),
	mail: mailWishSchema.optional(),
});

const text = (most: number) => z.string().max(most).transform(plainText);

/** A finding of the relay's. What a home's owner has to type is never the relay's to say. */
const findingSchema = z
	.object({
		code: z
			.string()
			.max(longest.code)
			.regex(/^[a-z0-9]+(_[a-z0-9]+)*$/),
		severity: z.enum(["well", "todo", "risk", "not_known"]),
		subject: text(longest.subject),
		found: text(longest.text),
		wanted: text(longest.text).optional(),
		turn: z.enum(["home", "relay", "registrar", "hoster", "dns"]).optional(),
		line: z.string().max(longest.line).transform(plainLines).optional(),
		source: text(longest.text).optional(),
	})
	.transform(({ line, ...rest }) => ({
		...rest,
		...(line !== undefined && rest.turn !== "home" ? { line } : {}),
	}));

/** What a relay has found at itself; without findings it is looking. */
export const doctorAnswerSchema = z.object({
	version: z.literal(1),
	look: z.string().max(40).optional(),
	findings: z.array(findingSchema).max(mostFindings).optional(),
	/** Why it could not look. */
	failed: text(longest.text).optional(),
	/** The mail that was asked for: sent, not sent, or neither yet. */
	mail: z
		.object({ id: mailId, sent: z.literal(true).optional(), failed: text(longest.text).optional() })
		.optional(),
});
export type DoctorAnswer = z.infer<typeof doctorAnswerSchema>;

/** As it may cross the tunnel: what is too long is shortened, what is too much is left out, the worst first. */
export function sendable(findings: ReadonlyArray<z.input<typeof findingSchema>>): DoctorAnswer["findings"] {
	const order = ["risk", "todo", "not_known", "well"];
	const cut = (value: string | undefined, most: number) => value?.slice(0, most);
	return [...findings]
		.sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
		.slice(0, mostFindings)
		.flatMap((one) => {
			const short = {
				...one,
				subject: cut(one.subject, longest.subject),
				found: cut(one.found, longest.text),
				wanted: cut(one.wanted, longest.text),
				source: cut(one.source, longest.text),
				// Half a command is worse than none.
				line: (one.line?.length ?? 0) > longest.line ? undefined : one.line,
			};
			return findingSchema.safeParse(short).data ?? [];
		});
}
