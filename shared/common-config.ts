import { validate } from "node-cron";
import { z } from "zod";
import { pathSchema } from "./config.ts";

/** A schedule in cron's five fields, or six with seconds first. */
export const cronSchema = z
	.string()
	.refine((text) => validate(text), 'expected a schedule in cron\'s form, like "17 */6 * * *"');

/** The `[log]` table of both programs. */
export const logSchema = z
	.strictObject({
		level: z.enum(["error", "warn", "info", "debug"]).default("info"),
		/** `auto`: sentences in the journal under systemd, JSON lines elsewhere. */
		format: z.enum(["auto", "journal", "json"]).default("auto"),
	})
	.prefault({});

/** The `[notify]` table of both programs: a program with its arguments that tells somebody what is wrong. */
export const notifySchema = z.strictObject({
	command: z
		.tuple(
			[pathSchema],
			z.string(),
			'expected a program with its arguments, like ["/usr/local/bin/tell", "me"]',
		)
		.optional(),
});
