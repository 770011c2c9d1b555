import { z } from "zod";
import { hostnameSchema } from "../../shared/config.ts";
import { messageOf } from "../../shared/errors.ts";
import type { ConditionKind, Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import { createSaver } from "../../shared/saver.ts";
import { slices } from "../../shared/slices.ts";
import type { StateFile } from "../../shared/state.ts";
import { claimBook } from "./claim-book.ts";
import {
	type Finding,
	homeContested,
	homeFileWrong,
	homeRefused,
	homesUnreadable,
	homesUnsaved,
	homeUninvited,
	removalsHeld,
} from "./conditions.ts";
import { addressProblem, storedHomeSchema, type TunnelRules } from "./home.ts";
import type { JoinedHome } from "./invited.ts";
import {
	acceptRemovals,
	changesBetween,
	emptyRegistry,
	type Files,
	next,
	nextOfFew,
	type Registry,
	type Transition,
} from "./registry.ts";

/** What is kept of the registry across restarts. */
export const storedRegistrySchema = z.object({
	version: z.literal(1),
	homes: z.array(storedHomeSchema),
	deferred: z.array(hostnameSchema),
	held: z.array(z.string()),
	complete: z.boolean(),
});
export type StoredRegistry = z.infer<typeof storedRegistrySchema>;

/** Its JSON, a line a home, made in slices: of ten thousand homes it has megabytes. */
export async function registryText({ homes, ...rest }: StoredRegistry): Promise<string> {
	const slice = slices();
	const lines: string[] = [];
	for (const home of homes) {
		lines.push(JSON.stringify(home));
		if (slice.due()) await slice.turn();
	}
	return `{"homes":[\n${lines.join(",\n")}\n],${JSON.stringify(rest).slice(1)}`;
}

/** What changed, for those who keep a part of the world in line with the registry. */
export type RegistryChange = Pick<Transition, "registry" | "changedHomes" | "changedDomains">;

export interface KeeperOptions {
	state: StateFile<StoredRegistry>;
	rules: TunnelRules;
	/** What has become of the invitation that a file names. */
	joined?: JoinedHome;
	health: Health;
	log: Logger;
	/** Called after each change of what is served. */
	onChange(change: RegistryChange): void;
	/** Milliseconds, steadily growing. */
	now?: () => number;
}

/** Owns the registry: applies what the watcher read, remembers it, and tells what is wrong. */
export interface HomesKeeper {
	readonly registry: Registry;
	/** Takes the directory as it is now; safe to call as often as one likes. */
	update(files: Files): void;
	/** Something has become of an invitation. */
	review(): void;
	/** Confirms the removals that are held; gives the ids of the homes that are gone with it. */
	acceptRemovals(): string[];
	/** Saves what is not yet saved; resolves when the last change is on disk, or could not be saved. */
	saved(): Promise<void>;
	/** Ends the timers and waits for the last save. */
	stop(): Promise<void>;
}

/** Milliseconds from a change to its save: Postfix's maps, which sync to the same disk, go first. */
const saveDelay = 500;

/** Starts from what was last applied; without it nothing is removed until every file has been understood once. */
export async function createHomesKeeper(options: KeeperOptions): Promise<HomesKeeper> {
	const { state, health, log, onChange } = options;
	const now = options.now ?? (() => performance.now());
	let registry = restore(await state.read(), options.rules, log);
	const settle = claimBook();
	let files: Files | undefined;
	let timer: NodeJS.Timeout | undefined;
	let reported: Finding[] = [];
	const saver = createSaver({
		save: () => state.write(stored(registry)),
		delay: saveDelay,
		onSaved: () => health.clear(homesUnsaved),
		onFailure: (error) => health.set(homesUnsaved, "", { error: messageOf(error) }),
	});

	function update(fresh: Files): void {
		const followsRead = files?.readable ?? false;
		files = fresh;
		if (!followsRead || !applyFew(fresh)) apply();
	}

	/** Mostly one home's file changes, and nothing else is open; false when it is not so. */
	function applyFew(fresh: Files): boolean {
		if (!fresh.readable) return false;
		const others = (finding: Finding) => finding.is === "wrong" && !fresh.changed?.has(finding.id);
		const step = reported.every(others) ? nextOfFew(registry, fresh, settle.few) : undefined;
		if (!step) return false;
		const before = registry;
		registry = step.registry;
		tell(before, step);
		return true;
	}

	function apply(): void {
		if (!files) return;
		clearTimeout(timer);
		const before = registry;
		const step = next(before, files, now(), settle, options.joined);
		registry = step.registry;
		// What the files said before they became unreadable is still the last that is known of them.
		const known = files.readable ? [] : reported.filter((finding) => "id" in finding);
		const findings = [...known, ...step.findings];
		report(health, reported, findings);
		reported = findings;
		if (step.wakeAt !== undefined) timer = setTimeout(apply, Math.max(1, step.wakeAt - now()));
		tell(before, step);
	}

	function tell(before: Registry, change: RegistryChange): void {
		const grown = !before.complete && change.registry.complete;
		const moved = change.changedHomes.size > 0 || change.changedDomains.size > 0;
		if (moved || grown || !sameSet(before.held, change.registry.held)) saver.soon();
		if (!moved && !grown) return;
		for (const id of change.changedHomes) logHome(log, id, before, change.registry);
		onChange(change);
	}

	return {
		get registry() {
			return registry;
		},
		update,
		review: apply,
		acceptRemovals() {
			const before = registry;
			const { registry: after, removed } = acceptRemovals(before);
			registry = after;
			tell(before, { registry, ...changesBetween(before, after) });
			apply();
			return removed;
		},
		saved: saver.flush,
		async stop() {
			clearTimeout(timer);
			saver.stop();
			await saver.flush();
		},
	};
}

function restore(saved: StoredRegistry | undefined, rules: TunnelRules, log: Logger): Registry {
	if (!saved) return emptyRegistry;
	const homes = new Map(saved.homes.map((home) => [home.id, home]));
	for (const home of saved.homes) {
		const problem = home.addresses.map((address) => addressProblem(address, rules)).find(Boolean);
		if (!problem) continue;
		log.warn({ home: home.id }, `${home.id} was served with an address that no longer fits: ${problem}`);
		homes.delete(home.id);
	}
	const complete = saved.complete && homes.size === saved.homes.length;
	return { ...emptyRegistry, homes, deferred: new Set(saved.deferred), held: new Set(saved.held), complete };
}

function stored(registry: Registry): StoredRegistry {
	return {
		version: 1,
		homes: [...registry.homes.values()],
		deferred: [...registry.deferred],
		held: [...registry.held],
		complete: registry.complete,
	};
}

function logHome(log: Logger, id: string, before: Registry, after: Registry): void {
	const home = after.homes.get(id);
	if (after.invited.has(id))
		log.info({ home: id }, `home ${id} is invited, and its mail waits until it joins`);
	else if (!home) log.info({ home: id }, `home ${id} is no longer served`);
	else if (before.homes.has(id)) log.info({ home: id, domains: home.domains }, `home ${id} changed`);
	else log.info({ home: id, domains: home.domains }, `home ${id} is served`);
}

/** Sets a condition for each finding, and clears those of findings that are no more. */
function report(health: Health, before: readonly Finding[], after: readonly Finding[]): void {
	const holds = new Set(after.map(nameOf));
	for (const finding of before) if (!holds.has(nameOf(finding))) put(health, finding, false);
	for (const finding of after) put(health, finding, true);
}

function nameOf(finding: Finding): string {
	return `${finding.is} ${"id" in finding ? finding.id : ""}`;
}

function put(health: Health, finding: Finding, holds: boolean): void {
	const as = <D>(kind: ConditionKind<D>, subject: string, details: D) =>
		health.put(kind, subject, holds ? details : undefined);
	if (finding.is === "wrong") as(homeFileWrong, finding.id, finding);
	else if (finding.is === "uninvited") as(homeUninvited, finding.id, finding);
	else if (finding.is === "refused") as(homeRefused, finding.id, finding);
	else if (finding.is === "contested") as(homeContested, finding.id, finding);
	else if (finding.is === "unreadable") as(homesUnreadable, finding.directory, finding);
	else as(removalsHeld, "", finding);
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
	return a.size === b.size && [...a].every((item) => b.has(item));
}
