import type { Failure } from "../../shared/conditions.ts";
import { condition } from "../../shared/health.ts";

export const routesFailing = condition<Failure>({
	code: "routes.failing",
	severity: "error",
	title: "Postfix's maps cannot be kept up to date",
	visibleAfter: 0,
	text: ({ error }) => `the routes of mail to the homes stay as they are: ${error}`,
	remedy: ({ remedy }) => remedy ?? "look at the reason; it is tried again by itself",
});
