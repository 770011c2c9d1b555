import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../atomic-file.ts";
import { codeOf, HeimwegError, messageOf } from "../errors.ts";
import { withoutElement } from "./list.ts";
import { type Change, oneLine, type PostfixNow } from "./settings.ts";
import { emptyUndo, type UndoRecord, undoSchema } from "./undo-record.ts";
import { undoScript, undoScriptFile } from "./undo-script.ts";

/** The record lies beside main.cf: whoever can write there may set up Postfix anyway. */
export function undoFile(directory: string): string {
	return join(directory, "heimweg-undo.json");
}

/** The record, or an empty one; throws when it cannot be understood. */
export async function readUndo(directory: string): Promise<UndoRecord> {
	const path = undoFile(directory);
	try {
		return undoSchema.parse(JSON.parse(await readFile(path, "utf8")));
	} catch (error) {
		if (codeOf(error) === "ENOENT") return emptyUndo;
		throw new HeimwegError(
			`${path}, which says what Heimweg set in Postfix, cannot be read: ${messageOf(error)}`,
			{
				remedy: "compare main.cf and master.cf with the copies beside them, and remove the file",
				cause: error,
			},
		);
	}
}

/** Writes the record, and the script that does the same without us; removes both when it is empty. */
export async function writeUndo(directory: string, record: UndoRecord): Promise<void> {
	const path = undoFile(directory);
	const empty = Object.keys(record.parameters).length + Object.keys(record.services).length === 0;
	const script = undoScriptFile(directory);
	if (empty) {
		await rm(script, { force: true });
		await rm(path, { force: true });
	} else {
		await writeFileAtomic(path, `${JSON.stringify(record, null, "\t")}\n`, { mode: 0o600 });
		await writeFileAtomic(script, undoScript(directory, record), { mode: 0o700 });
	}
}

/** The record once these changes are made; what an earlier apply found stays the state to go back to. */
export function recordChanges(record: UndoRecord, changes: readonly Change[], now: PostfixNow): UndoRecord {
	const parameters = { ...record.parameters };
	const services = { ...record.services };
	for (const change of changes) {
		if (change.is === "parameter") {
			const { name, element } = change;
			const known = parameters[name];
			const before = known && known.set === change.before ? known.before : (change.before ?? null);
			parameters[name] = { before, set: change.after, ...(element ? { element } : {}) };
			continue;
		}
		const name = keyOf(change);
		const known = services[name];
		const line = lineOf(name, now);
		// The power may have gone between the line and its -o settings, which come behind it one by one.
		const isOurs = known && line !== undefined && `${line} `.startsWith(`${oneLine(known.set)} `);
		const before = isOurs ? known.before : (line ?? null);
		services[name] = { before, set: known?.set ?? change.after };
	}
	return { version: 1, parameters, services };
}

/** The record with our services' lines as postconf prints them now. */
export function recordServices(record: UndoRecord, service: string | undefined, now: PostfixNow): UndoRecord {
	const services = { ...record.services };
	for (const [key, known] of Object.entries(services)) {
		const line = key === service || key.endsWith(ofPort) ? lineOf(key, now) : undefined;
		if (line) services[key] = { ...known, set: line };
	}
	return { ...record, services };
}

const ofPort = "/inet";

/** The ports that have a service of ours. */
export function portsIn({ services }: Pick<UndoRecord, "services">): string[] {
	return Object.keys(services).flatMap((key) => (key.endsWith(ofPort) ? [key.slice(0, -ofPort.length)] : []));
}

function keyOf(change: Exclude<Change, { is: "parameter" }>): string {
	if (change.is === "port") return `${change.name}${ofPort}`;
	return change.is === "service" ? change.name : change.service;
}

function lineOf(key: string, now: Pick<PostfixNow, "service" | "ports">): string | undefined {
	return key.endsWith(ofPort) ? now.ports.get(key.slice(0, -ofPort.length)) : now.service;
}

/** One step back: postconf's arguments, and what it does in words. */
export interface UndoStep {
	args: string[];
	text: string;
}

/**
 * What takes back what stands as we set it, the last first, and what was changed since and is left alone: in between
 * there must be no list that names what is not there any more.
 */
export function undoSteps(record: UndoRecord, now: PostfixNow): { steps: UndoStep[]; left: string[] } {
	const steps: UndoStep[] = [];
	const left: string[] = [];
	for (const [name, { before, set, element }] of Object.entries(record.parameters).reverse()) {
		const value = now.set.get(name);
		if (value === set) {
			if (before === null) steps.push({ args: ["-X", name], text: `${name}: no longer set in main.cf` });
			else steps.push({ args: ["-e", `${name}=${before}`], text: `${name}: back to "${before}"` });
		} else if (value !== undefined && element && withoutElement(value, element) !== value) {
			const rest = withoutElement(value, element);
			steps.push({
				args: ["-e", `${name}=${rest}`],
				text: `${name}: without ${element}, otherwise as you changed it`,
			});
		} else if (value !== undefined && value !== before) {
			left.push(`${name} is "${value}", which Heimweg did not set, and stays so`);
		}
	}
	for (const [key, { before, set }] of Object.entries(record.services)) {
		const line = lineOf(key, now);
		if (line === undefined) continue;
		const service = key.endsWith(ofPort) ? key : `${key}/unix`;
		const name = key.replace(ofPort, "");
		if (line !== oneLine(set)) left.push(`the service ${name} in master.cf was changed since, and stays`);
		else if (before === null) {
			steps.push({ args: ["-M", "-X", service], text: `service ${name}: no longer in master.cf` });
		} else {
			steps.push({ args: ["-M", `${service}=${before}`], text: `service ${name}: back to "${before}"` });
		}
	}
	return { steps, left };
}
