import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { syncFolder, writeFileAtomic } from "../../shared/atomic-file.ts";
import { codeOf, HeimwegError } from "../../shared/errors.ts";
import { encodeInvitation, type Invitation, readCode } from "../../shared/invitation/code.ts";
import { acceptedSchema } from "../../shared/invitation/exchange.ts";
import { readRegularFile } from "../../shared/regular-file.ts";

/** The largest that is read, in bytes: the domains of the relay's answer are most of it. */
const largest = 1024 * 1024;

const joinSchema = z.object({
	version: z.literal(1),
	/** What was pasted. */
	code: z.string(),
	/** The key with which this home asks to join, base64; the same at each try, or a repeated request would be another. */
	privateKey: z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
	/** What the relay said; from here on what is written to heimweg.toml is ours. */
	accepted: acceptedSchema.optional(),
});

/** An enrolment that has begun and is not over. */
export interface Joining {
	invitation: Invitation;
	privateKey: string;
	accepted?: z.infer<typeof acceptedSchema> | undefined;
}

/** `join.json`, root's alone: on disk before the first packet leaves, so that whatever happens is gone on with. */
export interface JoinFile {
	/** Undefined when no enrolment is under way; throws a HeimwegError when the file cannot be used. */
	read(): Promise<Joining | undefined>;
	write(joining: Joining): Promise<void>;
	remove(): Promise<void>;
}

export function joinFile(path: string): JoinFile {
	return {
		async read() {
			let text: string;
			try {
				text = (await readRegularFile(path, { limit: largest })).bytes.toString("utf8");
			} catch (error) {
				if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
				if (codeOf(error) === "EACCES")
					throw new HeimwegError(`${path} cannot be read`, { remedy: "run it with sudo" });
				throw error;
			}
			try {
				const { code, privateKey, accepted } = joinSchema.parse(JSON.parse(text));
				return { invitation: readCode(code), privateKey, ...(accepted && { accepted }) };
			} catch {
				// Neither what stands in it, which is secret, nor a guess.
				throw new HeimwegError(`${path} is damaged, and enrolment cannot go on`, {
					remedy: `run "rm ${path}", and ask for a new code: "heimweg-relay invite HOME --again" on the relay`,
				});
			}
		},
		write: ({ invitation, privateKey, accepted }) => {
			const content = { version: 1, code: encodeInvitation(invitation), privateKey, accepted };
			return writeFileAtomic(path, `${JSON.stringify(content, null, "\t")}\n`, { mode: 0o600 });
		},
		async remove() {
			await rm(path, { force: true });
			await syncFolder(dirname(path));
		},
	};
}
