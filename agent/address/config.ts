import { z } from "zod";
import { cronSchema } from "../../shared/common-config.ts";
import { urlSchema } from "../../shared/config.ts";

const serviceSchema = urlSchema("https://checkipv4.dedyn.io/");

/** `[check_ip]`: who is asked for the family that the tunnel does not show. */
export const addressShape = {
	check_ip: z
		.strictObject({
			ipv4: z.array(serviceSchema).default(["https://checkipv4.dedyn.io/"]),
			ipv6: z.array(serviceSchema).default(["https://checkipv6.dedyn.io/"]),
			schedule: cronSchema.default("*/10 * * * *"),
		})
		.prefault({}),
};
