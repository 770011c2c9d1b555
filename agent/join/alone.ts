import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { codeOf, HeimwegError } from "../../shared/errors.ts";

/**
 * Sees that this is the one enrolment on this machine, by a socket in a folder that is root's alone: two would take the
 * tunnel from each other. What a killed one left does not count. Returns the way to let go, which empties the folder.
 */
export async function alone(folder: string): Promise<() => Promise<void>> {
	await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error) => {
		if (!["EACCES", "EPERM"].includes(codeOf(error) ?? "")) throw error;
		throw new HeimwegError(`the folder ${folder} cannot be made`, { remedy: "run it with sudo" });
	});
	const path = join(folder, "running");
	for (;;) {
		const server = createServer((socket) => socket.destroy()).unref();
		try {
			server.listen(path);
			await once(server, "listening");
			return async () => {
				server.close();
				await rm(folder, { recursive: true, force: true });
			};
		} catch (error) {
			if (codeOf(error) !== "EADDRINUSE") throw error;
			if (await answers(path))
				throw new HeimwegError("heimweg join runs already on this machine", {
					remedy: "wait for it, or end it and run the command again",
				});
			await rm(path, { force: true });
		}
	}
}

async function answers(path: string): Promise<boolean> {
	const socket = connect(path);
	return once(socket, "connect")
		.then(
			() => true,
			() => false,
		)
		.finally(() => socket.destroy());
}
