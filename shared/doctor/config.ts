import { z } from "zod";
import { cronSchema } from "../common-config.ts";

/** `[doctor]`: the daily look. */
export const doctorShape = {
	doctor: z
		.strictObject({
			/** When the doctor looks by himself. */
			check: cronSchema.default("23 5 * * *"),
		})
		.prefault({}),
};
