import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "smol-toml";
import { z } from "zod";
import { clientPortNumbers, kindOfPort, usualPorts } from "../../shared/client-ports.ts";
import type { RunCommand } from "../../shared/command.ts";
import { missingPrograms } from "../../shared/preflight.ts";
import { haproxyUid } from "./account.ts";
import { choices } from "./choices.ts";
import { heldBinds, holderOf, listenersIn } from "./held.ts";

/** What stands in a home's file, whatever else is wrong with it. */
const fileSchema = z.object({ ports: z.array(z.number()).optional() });

/** The ports that the files of homes name, with the files' names. */
export async function portsInFiles(directory: string): Promise<Map<number, string[]>> {
	const found = new Map<number, string[]>();
	const names = await readdir(directory).catch(() => []);
	for (const name of names.filter((one) => one.endsWith(".toml")).sort()) {
		for (const port of await portsIn(join(directory, name))) {
			if (clientPortNumbers.includes(port)) found.set(port, [...(found.get(port) ?? []), name]);
		}
	}
	return found;
}

async function portsIn(path: string): Promise<number[]> {
	try {
		return fileSchema.parse(parse(await readFile(path, "utf8"))).ports ?? [];
	} catch {
		// What is wrong with the file is said by others.
		return [];
	}
}

/** What keeps HAProxy from serving clients, as sentences: it is not there, or others hold its ports. */
export async function portsProblems(options: {
	run: RunCommand;
	homesDirectory: string;
	/** Homes are served without a word in their files. */
	serving: boolean;
	uid?: number | undefined;
	missing?: typeof missingPrograms;
}): Promise<string[]> {
	const { run, uid = haproxyUid(), missing = missingPrograms } = options;
	const named = await portsInFiles(options.homesDirectory);
	if ((await missing(["haproxy"])).length > 0) {
		if (named.size === 0) return [];
		const [port, files] = [...named][0]!;
		return [
			`${files[0]}: ports: HAProxy, which hands on what comes to port ${port}, is not installed: run "apt install haproxy" and "systemctl disable --now haproxy"`,
		];
	}
	const wanted = new Set([...(options.serving ? usualPorts : []), ...named.keys()]);
	const binds = [...wanted].map((port) => ({ port, kind: kindOfPort(port)!, address: undefined }));
	const held = heldBinds(binds, listenersIn(await run("ss", ["-H", "-l", "-n", "-t", "-e"])), uid);
	return Promise.all(
		held.map(async (bind) => {
			const files = named.get(bind.port);
			const where = files ? `${files[0]}: ports` : "ports";
			return `${where}: TCP port ${bind.port} is held by another program ${await holderOf(run, bind)}, so clients of the homes get that: ${choices(String(bind.port))}`;
		}),
	);
}
