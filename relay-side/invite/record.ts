import { z } from "zod";
import type { Address } from "../../shared/address.ts";
import { addressSchema, publicKeySchema } from "../../shared/config.ts";
import { HOUR } from "../../shared/time.ts";

/** How long an invitation is good, by this machine's clock. */
export const validFor = 24 * HOUR;

/** A clock that was put right may say a little less than before. */
const tolerated = 1 * HOUR;

/** An invitation's id: a file's name, and what a home's file names. */
export const idPattern = /^[a-z0-9]{8,32}$/;

/** A home's id, which is its file's name. */
export const homePattern = /^[a-z0-9-]{1,32}$/;

const secretSchema = z.string().regex(/^[A-Za-z0-9+/]{43}=$/);

/** What is kept while it may be used; whoever reads this cannot use the code, and not reach the relay. */
export const enrolmentSchema = z.object({
	/** Where the home's first tunnel ends, and nothing else. */
	address: addressSchema,
	slot: z.int().min(0).max(255),
	/** The first tunnel's. */
	publicKey: publicKeySchema,
	presharedKey: secretSchema,
	/** See shared/invitation/secrets.ts. */
	request: secretSchema,
	answer: secretSchema,
	preshared: secretSchema,
});

/**
 * What has become of an invitation:
 *
 *     open      -> redeemed(key)   by the first proven request, saved before anything is done or said
 *     redeemed  -> joined          by the first pulse that the new key proves; the secrets go
 *     open      -> expired         after a day; the secrets go
 *     redeemed, after a day, stays, without secrets: the key is the home's, the code is nobody's
 *
 * No way leads back, and none from one key to another.
 */
export const recordSchema = z.object({
	version: z.literal(1),
	id: z.string().regex(idPattern),
	home: z.string().regex(homePattern),
	/** Milliseconds since 1970. */
	created: z.number(),
	state: z.enum(["open", "redeemed", "joined", "expired"]),
	/** The key that redeemed it. */
	publicKey: publicKeySchema.optional(),
	/** The preshared key of that key and ours. */
	presharedKey: secretSchema.optional(),
	enrolment: enrolmentSchema.optional(),
});

export type InvitationRecord = z.infer<typeof recordSchema>;
export type Enrolment = z.infer<typeof enrolmentSchema>;

/** One that may be used, or repeated, now. */
export type LiveRecord = InvitationRecord & { enrolment: Enrolment };

export function isLive(record: InvitationRecord): record is LiveRecord {
	return record.enrolment !== undefined && (record.state === "open" || record.state === "redeemed");
}

/** A new one; what it needs was derived from a seed that we never see. */
export function newRecord(id: string, home: string, enrolment: Enrolment, now: number): LiveRecord {
	return { version: 1, id, home, created: now, state: "open", enrolment };
}

/** Redeemed by this key; undefined when another has, or when it may be used no more. */
export function redeemed(
	record: InvitationRecord,
	publicKey: string,
	presharedKey: string,
): InvitationRecord | undefined {
	if (record.state === "redeemed" || record.state === "joined")
		return record.publicKey === publicKey ? record : undefined;
	return isLive(record) ? { ...record, state: "redeemed", publicKey, presharedKey } : undefined;
}

/** The home has been heard with its new key. */
export function joined({ enrolment: _, ...record }: InvitationRecord): InvitationRecord {
	return { ...record, state: "joined" };
}

/** What is left of it when its day is over; the same object as long as it is not. */
export function aged(record: InvitationRecord, now: number): InvitationRecord {
	if (!isLive(record) || !isOver(record, now)) return record;
	const { enrolment: _, ...rest } = record;
	return rest.state === "open" ? { ...rest, state: "expired" } : rest;
}

/** A clock that says less than at its making was wrong then or is now: either way nobody knows how old it is. */
function isOver({ created }: InvitationRecord, now: number): boolean {
	return now >= created + validFor || now < created - tolerated;
}

/** The peer's address of a live one. */
export function addressOf({ enrolment }: LiveRecord): Address {
	return enrolment.address;
}
