import type { z } from "zod";
import type { Part, PartContext, PartKind, TypedKind } from "../shared/part.ts";
import type { TunnelKey } from "../shared/program-kind.ts";
import type { Proofs } from "../shared/proof.ts";
import type { Checkin, CheckinAnswer } from "../shared/protocol/checkin.ts";
import type { AgentCore } from "./config.ts";
import type { AgentFacts } from "./facts.ts";

/** What a part says in each check-in, and what it makes of the answer. */
export interface CheckinSection {
	/** Keys of its own. */
	report?(): Partial<Checkin>;
	/** What the part of the same name on the relay is told; it must be JSON. Undefined: nothing. */
	own?(): unknown;
	/** What that part answered, as it came: anything. Undefined: nothing. */
	heardOwn?(answer: unknown, relay: string): void;
	/** False while the report is not known yet, so that the check-in should wait for it. */
	ready?(): boolean;
	heard?(answer: CheckinAnswer, relay: string): void;
	/** Calls back when a check-in is wanted: now, or after so many milliseconds. */
	subscribe?(listener: (after?: number) => void): void;
}

export interface AgentPart extends Part {
	readonly checkin?: CheckinSection;
}

/** What every part at home gets. */
export interface AgentContext extends PartContext {
	readonly facts: AgentFacts;
	readonly key: TunnelKey;
	/** What all parts but this one have seen. */
	proofs(except: string): readonly Proofs[];
	/** What all parts say in a check-in; to be asked when one is made. */
	checkin(): ReadonlyArray<CheckinSection & { part: string }>;
}

export interface AgentTypes {
	core: AgentCore;
	context: AgentContext;
	part: AgentPart;
}

/**
 * Declares a kind of part at home, with the types of its own configuration. They are forgotten afterwards: the schema of
 * the whole file, which is composed of all shapes, has read what each kind gets.
 */
export function agentPart<Shape extends z.ZodRawShape = Record<never, never>, Loaded = undefined>(
	kind: TypedKind<AgentTypes, Shape, Loaded>,
): PartKind<AgentTypes> {
	return kind as unknown as PartKind<AgentTypes>;
}
