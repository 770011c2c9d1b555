import type { z } from "zod";
import type { Address } from "../shared/address.ts";
import type { Part, PartContext, PartKind, TypedKind } from "../shared/part.ts";
import type { TunnelKey } from "../shared/program-kind.ts";
import type { Proofs } from "../shared/proof.ts";
import type { Checkin, CheckinAnswer } from "../shared/protocol/checkin.ts";
import type { RecipientsAnswer, recipientsSchema } from "../shared/protocol/recipients.ts";
import type { RelayCore } from "./config.ts";
import type { Home, RelayFacts } from "./facts.ts";
import type { Identity } from "./identity.ts";

/** What a part makes of a home's check-in, and says in the answer. */
export interface CheckinSection {
	/** Takes keys of its own out of a check-in, and gives keys of its own of the answer. */
	answer?(home: Home, checkin: Checkin): Partial<CheckinAnswer>;
	/** Takes what the part of the same name at home said, which may be anything, and answers it; both are JSON. */
	own?(home: Home, said: unknown): unknown;
	/** Takes a home's list of recipients. Throws Refused. */
	takeList?(home: string, list: z.output<typeof recipientsSchema>): Promise<RecipientsAnswer>;
}

export interface RelayPart extends Part {
	readonly checkin?: CheckinSection;
	/** What the status shows of a home: keys of its own. */
	homeStatus?(home: Home): object;
	/** Whether this home's mail comes in and goes out, as far as this part has seen it; the home hears it, too. */
	homeProof?(home: Home): Proofs;
	/** Makes things ready for domains that Postfix is about to relay for; throws when it cannot. */
	admit?(domains: readonly string[]): Promise<void>;
	/** What decides about delivery may have changed: has Postfix asked again whether mail gets to the homes. */
	reverify?(): void;
	/** Sends something to the home at this tunnel address, which makes WireGuard start a handshake. */
	nudge?(home: Address): void;
}

/** What every part on the relay gets. The functions ask all parts. */
export interface RelayContext extends PartContext {
	readonly facts: RelayFacts;
	readonly key: TunnelKey;
	/** By what homes prove who they are, and learn that there is something new for them. */
	readonly identity: Identity;
	/** The keys of a home's file that all parts bring. */
	readonly homeFile: z.ZodRawShape;
	checkin(): ReadonlyArray<CheckinSection & { part: string }>;
	homeStatus(home: Home): object;
	/** What all parts, or all but one, have seen of a home. */
	homeProofs(home: Home, except?: string): readonly Proofs[];
	admit(domains: readonly string[]): Promise<void>;
	nudge(home: Address): void;
	reverify(): void;
}

export interface RelayTypes {
	core: RelayCore;
	context: RelayContext;
	part: RelayPart;
}

/**
 * Declares a kind of part on the relay, with the types of its own configuration. They are forgotten afterwards: the
 * schema of the whole file, which is composed of all shapes, has read what each kind gets.
 */
export function relayPart<Shape extends z.ZodRawShape = Record<never, never>, Loaded = undefined>(
	kind: TypedKind<RelayTypes, Shape, Loaded>,
): PartKind<RelayTypes> {
	return kind as unknown as PartKind<RelayTypes>;
}
