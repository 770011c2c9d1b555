import { copyFile, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../../shared/atomic-file.ts";
import type { RunCommand } from "../../shared/command.ts";
import { HeimwegError, messageOf, remedyOf } from "../../shared/errors.ts";
import { type DatabaseType, databaseType, mapReference, postfixMaps } from "./maps.ts";
import { prepareMaps } from "./prepare.ts";
import { type ListQueue, queuedAmong } from "./queue.ts";
import { type Change, neededChanges, type PostfixNow, type PostfixWants, readPostfix } from "./settings.ts";
import { emptyUndo, readUndo, recordChanges, recordService, undoSteps, writeUndo } from "./undo.ts";

export interface PostfixCommandOptions {
	/** Set what is needed. */
	apply?: boolean;
	/** Take back what was set. */
	undo?: boolean;
	/** Take it back although mail for the homes is waiting. */
	force?: boolean;
}

export interface PostfixCommandDeps {
	run: RunCommand;
	listQueue: ListQueue;
	/** Where the sentences go. */
	out: { write(text: string): unknown };
	mapsDirectory: string;
	/** The daemon's user; `heimweg` by default. */
	owner?: string;
	/** Who we are; only root may change Postfix. */
	uid: number;
	now(): Date;
	/** The master.cf service; `heimweg` by default. */
	service?: string;
}

/** Everything is as wanted, changes are needed, or it could not be done. */
export type PostfixExit = 0 | 1 | 2;

/** `heimweg-relay postfix`: shows, sets or takes back what Postfix needs; never throws, says what went wrong. */
export async function postfixCommand(
	options: PostfixCommandOptions,
	deps: PostfixCommandDeps,
): Promise<PostfixExit> {
	try {
		if (options.apply && options.undo) throw new HeimwegError("--apply and --undo exclude each other");
		if ((options.apply || options.undo) && deps.uid !== 0) {
			throw new HeimwegError("only root may change Postfix's configuration", {
				remedy: "run the command again with sudo",
			});
		}
		if (options.undo) return await undo(options.force ?? false, deps);
		return await showOrApply(options.apply ?? false, deps);
	} catch (error) {
		const remedy = remedyOf(error);
		deps.out.write(`${messageOf(error)}\n${remedy ? `What to do: ${remedy}\n` : ""}`);
		return 2;
	}
}

/**
 * What of the essential settings Postfix lacks, as short sentences; for the daemon, which may only look, and writes
 * maps of this type.
 */
export async function lackingSettings(
	deps: Pick<PostfixCommandDeps, "run" | "mapsDirectory" | "service"> & { type: DatabaseType },
): Promise<string[]> {
	const wants = wantsOf(deps, deps.type);
	return neededChanges(await readPostfix(deps.run, wants.service), wants)
		.changes.filter((change) => change.essential)
		.map((change) =>
			change.is === "parameter"
				? `${change.name} lacks ${change.element}`
				: `master.cf has no service ${wants.service}`,
		);
}

function wantsOf(
	{ mapsDirectory, service = "heimweg" }: Pick<PostfixCommandDeps, "mapsDirectory" | "service">,
	type: DatabaseType,
): PostfixWants {
	const at = { directory: mapsDirectory, type };
	return {
		transport: mapReference(at, "transport"),
		relayDomains: mapReference(at, "relay_domains"),
		service,
	};
}

async function showOrApply(apply: boolean, deps: PostfixCommandDeps): Promise<PostfixExit> {
	const { run, out } = deps;
	const type = await databaseType(run);
	const wants = wantsOf(deps, type);
	const now = await readPostfix(run, wants.service);
	const { changes, notes } = neededChanges(now, wants);
	for (const change of changes) out.write(changeText(change));
	for (const note of notes) out.write(`Note: ${note}.\n`);
	if (type !== "lmdb") {
		out.write(
			`Note: Postfix's database type here is ${type}; its processes then see a change of the homes after up to 10 s. With "apt install postfix-lmdb" and "postconf -e default_database_type=lmdb" they see it at once.\n`,
		);
	}
	if (!apply) {
		if (changes.length === 0) out.write("Postfix is set up as Heimweg needs it.\n");
		else
			out.write(`${count(changes.length)} needed; "heimweg-relay postfix --apply" makes ${them(changes)}.\n`);
		return changes.length === 0 ? 0 : 1;
	}
	// Postfix must not be told of maps that are not there: it would defer all mail.
	const options = { directory: deps.mapsDirectory, type, run, owner: deps.owner ?? "heimweg" };
	for (const name of await prepareMaps(options)) out.write(`The map ${name} was made, empty.\n`);
	if (changes.length === 0) {
		out.write("Postfix is set up as Heimweg needs it.\n");
		return 0;
	}
	const otherType = changes.some(
		(change) => change.is === "parameter" && change.element && change.before?.includes(deps.mapsDirectory),
	);
	const record = recordChanges(await readUndo(now.directory), changes, now);
	await change(now, deps, async () => {
		await writeUndo(now.directory, record);
		for (const one of changes) await run("postconf", argumentsOf(one));
		const after = await readPostfix(run, wants.service);
		const rest = neededChanges(after, wants).changes;
		if (rest.length > 0)
			throw new HeimwegError(`Postfix does not show what was set: ${rest.map(nameOf).join(", ")}`);
		await writeUndo(now.directory, recordService(record, wants.service, after.service));
	});
	out.write(`${count(changes.length)} made; "heimweg-relay postfix --undo" takes ${them(changes)} back.\n`);
	if (otherType)
		out.write('Now run "systemctl restart heimweg-relay": the type of its maps is another than before.\n');
	return 0;
}

async function undo(force: boolean, deps: PostfixCommandDeps): Promise<PostfixExit> {
	const { run, out } = deps;
	const type = await databaseType(run);
	const now = await readPostfix(run, wantsOf(deps, type).service);
	const { steps, left } = undoSteps(await readUndo(now.directory), now);
	if (!force && steps.length > 0) await refuseWhileMailWaits(type, deps);
	for (const text of left) out.write(`Note: ${text}.\n`);
	if (steps.length === 0) {
		await writeUndo(now.directory, emptyUndo);
		out.write("There is nothing to take back.\n");
		return 0;
	}
	await change(now, deps, async () => {
		for (const step of steps) await run("postconf", step.args);
		await writeUndo(now.directory, emptyUndo);
	});
	for (const step of steps) out.write(`${step.text}\n`);
	return 0;
}

/** Without our maps, mail that waits for a home would come back to its sender. */
async function refuseWhileMailWaits(type: DatabaseType, deps: PostfixCommandDeps): Promise<void> {
	const maps = postfixMaps({ directory: deps.mapsDirectory, type, run: deps.run });
	const domains = new Set((await maps.list("transport").catch(() => new Map())).keys());
	const waiting = domains.size > 0 ? await queuedAmong(domains, deps.listQueue()) : new Set<string>();
	if (waiting.size === 0) return;
	throw new HeimwegError(
		`mail waits for ${[...waiting].sort().join(", ")} and would come back to its senders`,
		{
			remedy: 'let it be delivered first, or repeat with "--undo --force"',
		},
	);
}

/** Makes changes between a backup and `postfix check`; when anything fails, both files are as they were. */
async function change(now: PostfixNow, deps: PostfixCommandDeps, act: () => Promise<void>): Promise<void> {
	const { run, out } = deps;
	const files = ["main.cf", "master.cf"].map((name) => join(now.directory, name));
	const stamp = deps
		.now()
		.toISOString()
		.replaceAll(/[-:]|\..*/g, "");
	const kept = await Promise.all(
		files.map(async (path) => ({ path, text: await readFile(path), mode: (await stat(path)).mode & 0o7777 })),
	);
	const undoBefore = await readUndo(now.directory);
	for (const { path } of kept) await copyFile(path, `${path}.before-heimweg-${stamp}`);
	try {
		await act();
		await run("postfix", ["check"], { timeout: 60_000 });
	} catch (error) {
		for (const { path, text, mode } of kept) await writeFileAtomic(path, text, { mode });
		await writeUndo(now.directory, undoBefore);
		throw new HeimwegError(`Postfix was left as it was, because setting it up failed: ${messageOf(error)}`, {
			remedy: remedyOf(error) ?? 'run "postfix check" and put right what it says, then try again',
			cause: error,
		});
	}
	out.write(`main.cf and master.cf as they were: ${now.directory}/*.before-heimweg-${stamp}\n`);
	if (!(await succeeds(run("postfix", ["status"])))) {
		out.write("Postfix does not run; it will find the changes when it starts.\n");
	} else if (!(await succeeds(run("postfix", ["reload"], { timeout: 60_000 })))) {
		out.write('The changes are made, but Postfix could not be told: run "postfix reload".\n');
	}
}

async function succeeds(work: Promise<unknown>): Promise<boolean> {
	return work.then(
		() => true,
		() => false,
	);
}

function argumentsOf(change: Change): string[] {
	if (change.is === "parameter") return ["-e", `${change.name}=${change.after}`];
	if (change.is === "service") return ["-M", `${change.name}/unix=${change.after}`];
	return ["-P", `${change.service}/unix/${change.name}=${change.after}`];
}

function nameOf(change: Change): string {
	if (change.is === "parameter") return change.name;
	return change.is === "service" ? `service ${change.name}` : `service ${change.service}, -o ${change.name}`;
}

function changeText(change: Change): string {
	const file = change.is === "parameter" ? "main.cf" : "master.cf";
	const before = change.before === undefined ? "(not set)" : change.before || "(empty)";
	return `${file}, ${nameOf(change)}: ${change.why}\n  - ${before}\n  + ${change.after || "(empty)"}\n`;
}

function count(number: number): string {
	return number === 1 ? "1 change" : `${number} changes`;
}

function them(list: readonly unknown[]): string {
	return list.length === 1 ? "it" : "them";
}
