import type { ClaimBook } from "./claim-book.ts";
import { settleClaims } from "./claims.ts";
import type { Finding } from "./conditions.ts";
import { type Home, type HomeFile, type InvitedHome, sameHome } from "./home.ts";
import { type JoinedHome, settleInvited } from "./invited.ts";

/** What the relay's owner wants served, as last applied; persisted, so that a restart changes nothing. */
export interface Registry {
	/** The homes that are served, by id. */
	homes: ReadonlyMap<string, Home>;
	/** Homes that are invited and have not joined, by id; not persisted, the files say it. */
	invited: ReadonlyMap<string, InvitedHome>;
	/** Domains that two homes claim, or whose home cannot be served or has not joined yet: their mail waits. */
	deferred: ReadonlySet<string>;
	/** Homes whose removal waits for a confirmation. */
	held: ReadonlySet<string>;
	/** False until every home file has once been understood: what is unknown must not be taken away. */
	complete: boolean;
	/** Since when (ms, monotonic) each served or invited home's file has been absent; not persisted. */
	absentSince: ReadonlyMap<string, number>;
}

/** The homes directory as it was last read. */
export type Files =
	| {
			readable: true;
			directory: string;
			homes: ReadonlyMap<string, HomeFile>;
			/** The ids whose files may be others than they were when this was last told; any, if not given. */
			changed?: ReadonlySet<string>;
	  }
	| { readable: false; directory: string; reason: string };

/** One transition: the new registry, what changed, what is wrong, and when to look again. */
export interface Transition {
	registry: Registry;
	/** Homes that are served otherwise than before, or no longer, or whose invitation is another. */
	changedHomes: ReadonlySet<string>;
	/** Domains whose route may be another than before. */
	changedDomains: ReadonlySet<string>;
	findings: Finding[];
	/** When (ms, same clock as `now`) the next removal is due. */
	wakeAt: number | undefined;
}

/** How long a file must have been absent before its home is taken away, in milliseconds. */
export const removalDelay = 10_000;

/** More vanishing at once than this many, and than this share of all, is held. */
const fewHomes = 3;
const smallShare = 0.1;

export const emptyRegistry: Registry = {
	homes: new Map(),
	invited: new Map(),
	deferred: new Set(),
	held: new Set(),
	complete: false,
	absentSince: new Map(),
};

/**
 * The next registry, from the last one and the files as they are now. A wrong or refused file keeps what its home
 * had; a removal takes effect after `removalDelay`; an unreadable directory changes nothing.
 *
 * @param settle makes every claim unique; one that remembers (`claimBook`) is as good, and quicker
 * @param joined what has become of the invitation that a file names
 */
export function next(
	before: Registry,
	files: Files,
	now: number,
	settle: typeof settleClaims = settleClaims,
	joined: JoinedHome = () => undefined,
): Transition {
	if (!files.readable) {
		const registry = { ...before, absentSince: new Map() };
		const finding: Finding = { is: "unreadable", directory: files.directory, reason: files.reason };
		return transition(before, registry, [finding, ...heldFinding(before.held, before.homes.size)], undefined);
	}
	const removal = removals(before, files.homes, now);
	const wanted = new Map(before.homes);
	const findings: Finding[] = [];
	for (const id of removal.gone) wanted.delete(id);
	const invited = new Map<string, InvitedHome>();
	const admit = (file: { file: string; invited: InvitedHome }) => {
		const { id } = file.invited;
		const { home, finding } = settleInvited(file, before.homes.get(id), joined);
		if (finding) findings.push(finding);
		if (home) wanted.set(id, home);
		else {
			invited.set(id, file.invited);
			wanted.delete(id);
		}
	};
	for (const [id, file] of files.homes) {
		if ("problems" in file) {
			findings.push({
				is: "wrong",
				id,
				file: file.file,
				problems: file.problems,
				served: before.homes.has(id),
			});
			// Whose mail waits is not refused for a slip of the pen.
			const waits = before.invited.get(id);
			if (waits) admit({ file: file.file, invited: waits });
		} else if ("home" in file) wanted.set(id, file.home);
		else admit(file);
	}
	// A file that is written anew may be gone for a moment.
	for (const [id, waits] of before.invited)
		if (removal.absentSince.has(id)) admit({ file: `${id}.toml`, invited: waits });
	const { gone } = removal;
	// Copies of ten thousand homes, and lists of their pairs, are most of what a change costs.
	const stays = (id: string) => !gone.has(id) && !invited.has(id);
	const kept =
		gone.size + invited.size > 0 ? new Map([...before.homes].filter(([id]) => stays(id))) : before.homes;
	const settled = settle(kept, wanted);
	const unknown = unknownHomes(files.homes, before.homes, invited);
	findings.push(...settled.findings, ...heldFinding(removal.held, before.homes.size));
	const registry: Registry = {
		homes: settled.homes,
		invited,
		// A file that was never understood may name an invited home, as before a restart: what waited waits on.
		deferred: withWaiting(
			settled.deferred,
			[...[...invited.values()].flatMap(({ domains }) => domains), ...(unknown ? before.deferred : [])],
			settled.homes,
		),
		held: removal.held,
		absentSince: removal.absentSince,
		complete: before.complete || !unknown,
	};
	return transition(before, registry, findings, removal.wakeAt);
}

/**
 * The same when a few files are others than those that led to `before`, each of them is a home's, and nothing is open:
 * no conflict, no invitation, no removal. Undefined when it is not so simple. Among ten thousand homes, `next` looks at
 * each several times.
 */
export function nextOfFew(
	before: Registry,
	{ homes: files, changed }: Extract<Files, { readable: true }>,
	few: ClaimBook["few"],
): Pick<Transition, "registry" | "changedHomes" | "changedDomains"> | undefined {
	const { complete, invited, deferred, held, absentSince } = before;
	if (!changed || !complete || invited.size + deferred.size + held.size + absentSince.size > 0)
		return undefined;
	const fresh = new Map<string, Home>();
	for (const id of changed) {
		const file = files.get(id);
		if (!file || !("home" in file)) return undefined;
		fresh.set(id, file.home);
	}
	const homes = few(before.homes, fresh);
	if (!homes) return undefined;
	const changes = { changedHomes: new Set<string>(), changedDomains: new Set<string>() };
	for (const [id, home] of fresh) compare(changes, id, before.homes.get(id), home);
	return { registry: { ...before, homes }, ...changes };
}

/** Confirms the removals that are held; gives the registry without those homes, and their ids. */
export function acceptRemovals(before: Registry): { registry: Registry; removed: string[] } {
	const homes = new Map([...before.homes].filter(([id]) => !before.held.has(id)));
	const removed = [...before.held].filter((id) => before.homes.has(id)).sort();
	return { registry: { ...before, homes, held: new Set() }, removed };
}

/** What is for homes that have not joined waits, unless another home is served it. */
function withWaiting(
	deferred: ReadonlySet<string>,
	domains: readonly string[],
	homes: ReadonlyMap<string, Home>,
): ReadonlySet<string> {
	if (domains.length === 0) return deferred;
	const waiting = new Set(domains);
	for (const home of homes.values()) for (const domain of home.domains) waiting.delete(domain);
	return new Set([...deferred, ...waiting]);
}

interface Removals {
	gone: Set<string>;
	held: Set<string>;
	absentSince: Map<string, number>;
	wakeAt: number | undefined;
}

function removals(before: Registry, files: ReadonlyMap<string, HomeFile>, now: number): Removals {
	const absent: string[] = [];
	for (const id of before.homes.keys()) if (!files.has(id)) absent.push(id);
	const leaving = [...before.invited.keys()].filter((id) => !files.has(id) && !before.homes.has(id));
	const absentSince = new Map([...absent, ...leaving].map((id) => [id, before.absentSince.get(id) ?? now]));
	const tooMany = absent.length > fewHomes && absent.length > before.homes.size * smallShare;
	const held = new Set(absent.filter((id) => before.held.has(id)));
	const gone = new Set<string>();
	let wakeAt: number | undefined;
	for (const [id, since] of absentSince) {
		if (held.has(id)) continue;
		if (now - since < removalDelay)
			wakeAt = Math.min(wakeAt ?? Number.POSITIVE_INFINITY, since + removalDelay);
		else if (tooMany && before.homes.has(id)) held.add(id);
		else gone.add(id);
	}
	for (const id of gone) absentSince.delete(id);
	return { gone, held, absentSince, wakeAt };
}

function heldFinding(held: ReadonlySet<string>, total: number): Finding[] {
	return held.size > 0 ? [{ is: "held", ids: [...held].sort(), total }] : [];
}

function unknownHomes(
	files: ReadonlyMap<string, HomeFile>,
	...known: ReadonlyArray<ReadonlyMap<string, unknown>>
): boolean {
	return [...files].some(([id, file]) => "problems" in file && !known.some((one) => one.has(id)));
}

function transition(
	before: Registry,
	registry: Registry,
	findings: Finding[],
	wakeAt: number | undefined,
): Transition {
	return { registry, findings, wakeAt, ...changesBetween(before, registry) };
}

/** Which homes and which domains are served otherwise in the second registry than in the first. */
export function changesBetween(
	before: Registry,
	after: Registry,
): Pick<Transition, "changedHomes" | "changedDomains"> {
	const changes = { changedHomes: new Set<string>(), changedDomains: new Set<string>() };
	const { changedHomes, changedDomains } = changes;
	for (const [id, old] of before.homes) compare(changes, id, old, after.homes.get(id));
	for (const [id, fresh] of after.homes) if (!before.homes.has(id)) compare(changes, id, undefined, fresh);
	for (const [id, { invitation }] of after.invited)
		if (before.invited.get(id)?.invitation !== invitation) changedHomes.add(id);
	for (const id of before.invited.keys()) if (!after.invited.has(id)) changedHomes.add(id);
	for (const domain of before.deferred) if (!after.deferred.has(domain)) changedDomains.add(domain);
	for (const domain of after.deferred) if (!before.deferred.has(domain)) changedDomains.add(domain);
	return changes;
}

function compare(
	{ changedHomes, changedDomains }: { changedHomes: Set<string>; changedDomains: Set<string> },
	id: string,
	old: Home | undefined,
	fresh: Home | undefined,
): void {
	if (sameHome(old, fresh)) return;
	changedHomes.add(id);
	for (const domain of old?.domains ?? []) changedDomains.add(domain);
	for (const domain of fresh?.domains ?? []) changedDomains.add(domain);
}
