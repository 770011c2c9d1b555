import { applyPlan } from "../../../../shared/dns/plan/apply.ts";
import { planOf } from "../../../../shared/dns/plan/merge.ts";
import { undoOf } from "../../../../shared/dns/plan/undo.ts";
import type { RRset } from "../../../../shared/dns/rrset.ts";
import type { Random } from "../../random.ts";
import { memoryZone } from "./memory-provider.ts";
import { naiveServer } from "./naive-server.ts";
import { allNames, askedTypes, randomEdit, randomWishes, randomZone, zoneName } from "./random-zone.ts";

const names = allNames();

/** What a story of plans, applies, undos and another writer in one random zone did. */
export interface Story {
	/** Answers for names and types that no plan named and that are another once Heimweg is done, in words. */
	changed: string[];
	applies: number;
	undos: number;
	refused: number;
	/** Writes of somebody else between a read and the write that follows it. */
	races: number;
}

/**
 * Lets Heimweg plan, apply and undo in a random zone while somebody else writes to it, and compares what the zone
 * answers with what it would answer had only the other one written. Each is done by the same two lists of edits.
 *
 * Not covered, since a provider without compare-and-set cannot: a write of the other one to the very RRset that
 * Heimweg changes, between its read and its write.
 */
export async function foreignAnswers(
	random: Random,
	answering: (rrsets: readonly RRset[], at: "before" | "after") => Promise<Ask> = async (rrsets) =>
		naiveServer(rrsets),
	questions: (planned: ReadonlySet<string>) => Array<[name: string, type: string]> = allQuestions,
): Promise<Story> {
	const zone = memoryZone(randomZone(random));
	const story: Story = { changed: [], applies: 0, undos: 0, refused: 0, races: 0 };
	/** Places that a plan named, ever: their answers are ours to change. */
	let wishes = randomWishes(random);
	const { signal } = new AbortController();

	/** Somebody else writes an RRset that no change of ours is about. */
	function edit(avoid: ReadonlyArray<{ subname: string; type: string }>): void {
		const one = randomEdit(random, zone.rrsets());
		const ours = avoid.some(({ subname, type }) => subname === one.subname && type === one.type);
		const alias =
			avoid.some(({ subname }) => subname === one.subname) && (one.type === "CNAME" || hasAlias(avoid));
		const beside = zone.rrsets().some((there) => there.subname === one.subname && there.type === "CNAME");
		if (ours || alias || (beside && one.type !== "CNAME")) return;
		zone.put(one);
		story.races++;
	}

	/** What the plan under way names: without it the other one could not have written an alias, or beside one, there. */
	let current: ReadonlyArray<{ subname: string; type: string }> = [];
	zone.before = (changes) => {
		if (random.below(3) === 0) edit([...changes, ...current]);
	};
	zone.after = (changes) => {
		if (random.below(3) === 0) edit([...changes, ...current]);
	};

	for (let step = 0; step < 4; step++) {
		const undoes = random.below(3) === 0 ? zone.memory.applies.at(-1) : undefined;
		const plan = undoes
			? (content: Parameters<typeof planOf>[0]) => undoOf(content, zone.memory, undoes)
			: (content: Parameters<typeof planOf>[0]) =>
					planOf(content, { wanted: wishes, leftOut: [] }, { owned: zone.memory.owned });
		const content = { zone: zoneName, leastTtl: 3600, rrsets: zone.rrsets() };
		const { digest, changes, leftOut } = plan(content);
		story.refused += leftOut.filter(({ why }) => why.includes("would end what answers")).length;
		const planned = new Set(changes.map(({ subname, type }) => `${subname} ${type}`));
		const started = zone.rrsets();
		current = changes;
		await applyPlan(zoneName, plan, zone.writer, {
			...{ agreed: digest, signal, ...(undoes ? { undoes } : {}) },
		});
		if (undoes) story.undos++;
		else if (changes.length > 0) story.applies++;
		if (planned.size > 0) {
			const [others, is] = withoutOurs(started, zone.rrsets(), planned);
			const [before, after] = [await answering(others, "before"), await answering(is, "after")];
			story.changed.push(...(await differing(before, after, questions(planned), planned)));
		}
		if (random.below(2) === 0) wishes = randomWishes(random);
		for (let count = random.below(3); count > 0; count--) edit([]);
	}
	return story;
}

const hasAlias = (avoid: ReadonlyArray<{ type: string }>) => avoid.some(({ type }) => type === "CNAME");

/** A name server that is asked; what it answers as a text. */
export type Ask = (subname: string, type: string) => string | Promise<string>;

/** What the other one wrote meanwhile is taken out of the account: the same zone, whose planned places are as they were. */
function withoutOurs(started: readonly RRset[], is: readonly RRset[], planned: ReadonlySet<string>) {
	const isPlanned = ({ subname, type }: RRset) => planned.has(`${subname} ${type}`);
	return [[...is.filter((one) => !isPlanned(one)), ...started.filter(isPlanned)], is] as const;
}

function allQuestions(): Array<[string, string]> {
	return names.flatMap((name) => askedTypes.map((type): [string, string] => [name, type]));
}

/** Differing answers for what was not planned. */
async function differing(
	before: Ask,
	after: Ask,
	questions: ReadonlyArray<[name: string, type: string]>,
	planned: ReadonlySet<string>,
): Promise<string[]> {
	const changed: string[] = [];
	for (const [name, type] of questions) {
		if (planned.has(`${name} ${type}`)) continue;
		const [one, other] = [await before(name, type), await after(name, type)];
		// An alias is planned for all types at once.
		if (one === other || (planned.has(`${name} CNAME`) && (one === "" || other === ""))) continue;
		changed.push(`${name || "@"} ${type}: "${other}" instead of "${one}"`);
	}
	return changed;
}
