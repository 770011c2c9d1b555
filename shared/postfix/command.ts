import { copyFile, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../atomic-file.ts";
import type { RunCommand } from "../command.ts";
import { HeimwegError, messageOf, remedyOf } from "../errors.ts";
import { forgetReload, oweReload, reloadOwed, reloadPostfix } from "./reload.ts";
import { type Change, type PostfixLook, type PostfixNow, readPostfix } from "./settings.ts";
import { portsIn, readUndo, recordChanges, recordServices, undoSteps, writeUndo } from "./undo.ts";
import { emptyUndo } from "./undo-record.ts";

export interface PostfixCommandOptions {
	/** Set what is needed. */
	apply?: boolean;
	/** Take back what was set. */
	undo?: boolean;
	/** Take it back although mail is waiting. */
	force?: boolean;
}

export interface PostfixCommandDeps {
	run: RunCommand;
	/** Where the sentences go. */
	out: { write(text: string): unknown };
	/** Who we are; only root may change Postfix. */
	uid: number;
	now(): Date;
}

/** What one side needs of its Postfix. */
export interface PostfixSide {
	/** The program whose command this is. */
	program: string;
	look: PostfixLook;
	/** What has to change, and what is left alone on purpose, as sentences without a full stop. */
	plan(now: PostfixNow): { changes: Change[]; notes: string[] };
	/** Makes what the settings will name, before they are made, and says so. */
	prepare?(out: PostfixCommandDeps["out"]): Promise<void>;
	/** Throws when the settings cannot be taken back now. */
	mayUndo?(): Promise<void>;
	/** Says what to do once these changes are made. */
	afterwards?(changes: readonly Change[]): void;
}

/** Everything is as wanted, changes are needed, or it could not be done. */
export type PostfixExit = 0 | 1 | 2;

/** The command `postfix` of both programs: shows, sets or takes back; never throws, says what went wrong. */
export async function runPostfixCommand(
	options: PostfixCommandOptions,
	makeSide: () => PostfixSide | Promise<PostfixSide>,
	deps: PostfixCommandDeps,
): Promise<PostfixExit> {
	try {
		if (options.apply && options.undo) throw new HeimwegError("--apply and --undo exclude each other");
		if ((options.apply || options.undo) && deps.uid !== 0) {
			throw new HeimwegError("only root may change Postfix's configuration", {
				remedy: "run the command again with sudo",
			});
		}
		const side = await makeSide();
		if (options.undo) return await undo(options.force ?? false, side, deps);
		return await showOrApply(options.apply ?? false, side, deps);
	} catch (error) {
		const remedy = remedyOf(error);
		deps.out.write(`${messageOf(error)}\n${remedy ? `What to do: ${remedy}\n` : ""}`);
		return 2;
	}
}

async function showOrApply(
	apply: boolean,
	side: PostfixSide,
	deps: PostfixCommandDeps,
): Promise<PostfixExit> {
	const { run, out } = deps;
	const { look, plan, program } = side;
	const now = await readPostfix(run, look);
	const { changes, notes } = plan(now);
	for (const change of changes) out.write(changeText(change));
	for (const note of notes) out.write(`Note: ${note}.\n`);
	if (!apply) {
		const owed = changes.length === 0 && (await reloadOwed(now.directory));
		if (owed) {
			out.write(
				`Postfix shows the settings that Heimweg needs, and has not read them yet; "${program} postfix --apply" has it do so.\n`,
			);
			return 1;
		}
		if (changes.length === 0) out.write("Postfix is set up as Heimweg needs it.\n");
		else out.write(`${count(changes.length)} needed; "${program} postfix --apply" makes ${them(changes)}.\n`);
		return changes.length === 0 ? 0 : 1;
	}
	await side.prepare?.(out);
	if (changes.length === 0) {
		// An earlier version may have kept a record without a script.
		await writeUndo(now.directory, await readUndo(now.directory));
		await reloadIfOwed(now, deps);
		out.write("Postfix is set up as Heimweg needs it.\n");
		return 0;
	}
	const record = recordChanges(await readUndo(now.directory), changes, now);
	await change(now, deps, async () => {
		await writeUndo(now.directory, record);
		for (const one of changes) await run("postconf", argumentsOf(one));
		const after = await readPostfix(run, look);
		const rest = plan(after).changes;
		if (rest.length > 0)
			throw new HeimwegError(`Postfix does not show what was set: ${rest.map(nameOf).join(", ")}`);
		await writeUndo(now.directory, recordServices(record, look.service, after));
	});
	out.write(`${count(changes.length)} made; "${program} postfix --undo" takes ${them(changes)} back.\n`);
	side.afterwards?.(changes);
	return 0;
}

async function undo(force: boolean, side: PostfixSide, deps: PostfixCommandDeps): Promise<PostfixExit> {
	const { run, out } = deps;
	const { directory } = await readPostfix(run, side.look);
	const record = await readUndo(directory);
	// An earlier version may have set what this one does not ask for.
	const parameters = [...new Set([...side.look.parameters, ...Object.keys(record.parameters)])];
	const ports = [...new Set([...(side.look.ports ?? []), ...portsIn(record)])];
	const now = await readPostfix(run, { ...side.look, parameters, ports });
	const { steps, left } = undoSteps(record, now);
	if (!force && steps.length > 0) await side.mayUndo?.();
	for (const text of left) out.write(`Note: ${text}.\n`);
	if (steps.length === 0) {
		await writeUndo(now.directory, emptyUndo);
		await reloadIfOwed(now, deps);
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

/** Makes changes between a backup and `postfix check`; when anything fails, both files are as they were. */
async function change(now: PostfixNow, deps: PostfixCommandDeps, act: () => Promise<void>): Promise<void> {
	const { run, out } = deps;
	const files = ["main.cf", "master.cf"].map((name) => join(now.directory, name));
	const stamp = deps
		.now()
		.toISOString()
		.replaceAll(/[-:]|\..*/g, "");
	const kept = await Promise.all(
		files.map(async (path) => {
			const { mode, uid, gid } = await stat(path);
			return { path, text: await readFile(path), mode: mode & 0o7777, owner: { uid, gid } };
		}),
	);
	const undoBefore = await readUndo(now.directory);
	for (const { path } of kept) await copyFile(path, `${path}.before-heimweg-${stamp}`);
	const owed = await reloadOwed(now.directory);
	await oweReload(now.directory);
	try {
		await act();
		await run("postfix", ["check"], { timeout: 60_000 });
	} catch (error) {
		for (const { path, text, mode, owner } of kept) await writeFileAtomic(path, text, { mode, owner });
		await writeUndo(now.directory, undoBefore);
		if (!owed) await forgetReload(now.directory);
		throw new HeimwegError(`Postfix was left as it was, because setting it up failed: ${messageOf(error)}`, {
			remedy: remedyOf(error) ?? 'run "postfix check" and put right what it says, then try again',
			cause: error,
		});
	}
	out.write(`main.cf and master.cf as they were: ${now.directory}/*.before-heimweg-${stamp}\n`);
	await reload(now, deps);
}

/** An earlier run was interrupted when the settings stood and Postfix had not read them. */
async function reloadIfOwed(now: PostfixNow, deps: PostfixCommandDeps): Promise<void> {
	if (await reloadOwed(now.directory)) await reload(now, deps);
}

async function reload({ directory }: PostfixNow, { run, out }: PostfixCommandDeps): Promise<void> {
	const outcome = await reloadPostfix(run, directory);
	if (outcome === "not running")
		out.write("Postfix does not run; it will find the changes when it starts.\n");
	else if (outcome === "failed")
		out.write('The changes are made, but Postfix could not be told: run "postfix reload".\n');
}

function argumentsOf(change: Change): string[] {
	if (change.is === "parameter") return ["-e", `${change.name}=${change.after}`];
	if (change.is === "service") return ["-M", `${change.name}/unix=${change.after}`];
	if (change.is === "port") return ["-M", `${change.name}/inet=${change.after}`];
	return ["-P", `${change.service}/unix/${change.name}=${change.after}`];
}

function nameOf(change: Change): string {
	if (change.is === "parameter") return change.name;
	if (change.is === "port") return `service on port ${change.name}`;
	return change.is === "service" ? `service ${change.name}` : `service ${change.service}, -o ${change.name}`;
}

/** A change as `postfix` shows it: where, why, before and after. */
export function changeText(change: Change): string {
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
