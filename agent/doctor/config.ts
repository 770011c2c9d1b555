import { z } from "zod";
import { cronSchema } from "../../shared/common-config.ts";
import type { SectionOf } from "../../shared/part.ts";

/** `[doctor]`: the daily look. */
export const doctorShape = {
	doctor: z
		.strictObject({
			/** When the doctor looks by himself. */
			check: cronSchema.default("23 5 * * *"),
		})
		.prefault({}),
};

export type DoctorConfig = SectionOf<typeof doctorShape>["doctor"];
