import { z } from "zod";
import { pathSchema } from "../../shared/config.ts";

/** `[dkim]`: where the keys that sign this home's mail are named. */
export const dkimShape = {
	dkim: z
		.strictObject({
			/** OpenDKIM's configuration file. */
			opendkim: pathSchema.default("/etc/opendkim.conf"),
			/** The folder of Rspamd's configuration. */
			rspamd: pathSchema.default("/etc/rspamd"),
			/** The file that heimweg-dkim.service writes and the agent reads. */
			list: pathSchema.default("/var/lib/heimweg-dkim/keys.json"),
		})
		.prefault({}),
};
