import { z } from "zod";
import { HeimwegError } from "../errors.ts";
import { plainText } from "../plain-text.ts";
import { MINUTE } from "../time.ts";
import { askUnit } from "../unit-exchange.ts";
import { say } from "../words/say.ts";
import type { Finding } from "./finding.ts";

/** For all of a look, in a process that has to start first. */
const patience = 2 * MINUTE;

/** Bytes of what the unit answers, and findings in it: more than any home has. */
const longestAnswer = 1024 * 1024;
const mostFindings = 2_000;

const text = z
	.string()
	.max(5_000)
	.transform((one) => plainText(one));

const findingSchema = z.object({
	code: z.string().regex(/^[a-z0-9_]{1,60}$/),
	severity: z.enum(["well", "todo", "risk", "not_known"]),
	subject: text,
	found: text,
	wanted: text.optional(),
	turn: z.enum(["home", "relay", "registrar", "hoster", "dns"]).optional(),
	line: z.string().max(5_000).optional(),
	source: text.optional(),
});

/** Findings as they come from another process, or from a file of an earlier run. */
export const findingsSchema = z.array(findingSchema).max(mostFindings) as unknown as z.ZodType<Finding[]>;

/** What the unit answers. */
const answerSchema = z.object({ version: z.literal(1), findings: findingsSchema });

/** The socket of the unit that looks for this program; systemd listens there. */
export const doctorSocket = (program: string): string => `/run/${program}-doctor.socket`;

/**
 * Has the unit look: a process of its own, as a user of its own, that ends. It gets what the daemon knows as one line, and
 * answers what it found. Throws a HeimwegError when nothing came of it.
 */
export async function lookByUnit(path: string, known: string, signal: AbortSignal): Promise<Finding[]> {
	const answer = await askUnit(path, `${known}\n`, signal, {
		...{ patience, longestAnswer },
		words: {
			interrupted: say`the look was interrupted`,
			late: say`the unit that looks did not end within ${patience / MINUTE} min`,
			tooLong: say`the unit that looks answered too much`,
			unreachable: (message) => say`the unit that looks cannot be reached (${message})`,
		},
	});
	try {
		return answerSchema.parse(JSON.parse(answer)).findings;
	} catch {
		throw new HeimwegError("the unit that looks ended without an answer", {
			remedy: "look at \"journalctl -u 'heimweg*-doctor@*'\"",
		});
	}
}
