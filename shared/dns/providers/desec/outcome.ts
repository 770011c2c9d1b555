import { DesecError } from "./error.ts";

/** True when a write failed because deSEC has something else than we thought: read it and go on. */
export function isStale(error: unknown): boolean {
	if (!(error instanceof DesecError)) return false;
	return error.kind === "conflict" || (error.kind === "rejected" && error.items.some((item) => item.absent));
}

/** The token may not write that, or something else in the same request. */
export const isForbidden = (error: unknown) => error instanceof DesecError && error.kind === "forbidden";

/** deSEC said no, or was not asked: what it is known to have is still so. */
export function isSureNotToHaveWorked(error: unknown): boolean {
	if (!(error instanceof DesecError)) return false;
	return !error.reached || ["throttled", "unauthorized", "forbidden"].includes(error.kind);
}

/** The request arrived, and what became of it is not known: deSEC commits a write before it publishes the zone. */
export function isUncertain(error: unknown): boolean {
	if (!(error instanceof DesecError)) return true;
	return error.reached && ["unavailable", "unreachable", "malformed"].includes(error.kind);
}
