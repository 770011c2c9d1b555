import type { Failure } from "../../shared/conditions.ts";
import { condition } from "../../shared/health.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";

export const checkinServing = condition<Failure>({
	code: "checkin.failing",
	severity: "warning",
	title: "check-ins cannot be received",
	quiet: 10 * SECOND,
	text: ({ error }) => `the check-in port cannot be served: ${error}`,
	remedy: ({ remedy }) => remedy ?? "heimweg-relay tries again every second",
});

export const addressDiffers = condition<{ seen: string; told: string }>({
	code: "checkin.address_differs",
	formerly: "home.address_differs",
	severity: "warning",
	title: "a home and the relay see different addresses",
	quiet: 5 * MINUTE,
	text: ({ seen, told }, home) =>
		`the home ${home} believes its address to be ${told}, and comes here from ${seen}`,
	remedy: () => "this is normal for a home with two lines; otherwise its records point to the wrong address",
});
