import type { z } from "zod";
import { HeimwegError, messageOf, remedyOf } from "../errors.ts";
import { say } from "../words/say.ts";
import type { Finding, Turn } from "./finding.ts";

/** What the daemon told, or why it could not be asked. */
export type Asked = { told: string } | { why: string; remedy?: string | undefined };

/** Asks the running daemon by one of its commands; why it cannot be asked is no error here. */
export async function askDaemon(order: () => Promise<string>): Promise<Asked> {
	try {
		return { told: await order() };
	} catch (error) {
		if (!(error instanceof HeimwegError)) throw error;
		return { why: messageOf(error), remedy: remedyOf(error) };
	}
}

/** What the daemon told; what it did not is a finding. Nothing is lacking where it was not to be asked. */
export function readTold<T>(
	asked: Asked | undefined,
	schema: z.ZodType<T>,
	{ program, turn }: { program: string; turn: Turn },
): { told: T | undefined; lack: Finding[] } {
	if (asked === undefined) return { told: undefined, lack: [] };
	const about = { code: "daemon_not_asked", severity: "not_known", subject: program } as const;
	if ("why" in asked) {
		const { why, remedy } = asked;
		const found = say`what only the running daemon knows was left out: ${why}`;
		return { told: undefined, lack: [{ ...about, found, ...(remedy ? { wanted: remedy } : {}) }] };
	}
	try {
		return { told: schema.parse(JSON.parse(asked.told)), lack: [] };
	} catch (error) {
		const found = say`what the daemon told cannot be read: ${messageOf(error).slice(0, 100)}`;
		return { told: undefined, lack: [{ ...about, found, turn, line: `systemctl restart ${program}` }] };
	}
}
