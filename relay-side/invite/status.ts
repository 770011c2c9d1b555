import { wordsOf } from "../../shared/invitation/words.ts";
import type { StatusRow } from "../../shared/part.ts";
import { type InvitationRecord, validFor } from "./record.ts";

/** An invitation as `invites` and `status` show it. */
export interface InvitationStatus {
	home: string;
	state: InvitationRecord["state"];
	/** ISO 8601; of an open one. */
	until?: string;
	/** Of the key that redeemed it. */
	words?: string;
}

export function invitationStatus({ home, state, created, publicKey }: InvitationRecord): InvitationStatus {
	return {
		home,
		state,
		...(state === "open" && { until: new Date(created + validFor).toISOString() }),
		...(publicKey !== undefined && { words: wordsOf(publicKey) }),
	};
}

/** What people read of one. */
export function invitationText({ state, until, words }: InvitationStatus): string {
	switch (state) {
		case "open":
			return `invited, the code is good until ${until!.slice(0, 16).replace("T", " ")} UTC; its mail waits`;
		case "redeemed":
			return `has redeemed its code with the key "${words}", and was not heard with it yet`;
		case "joined":
			return `joined with the key "${words}"`;
		case "expired":
			return "the code is over and was not used; its mail waits";
	}
}

/** Those that somebody may still wait for. */
export function invitationRows(list: readonly InvitationStatus[]): StatusRow[] {
	return list
		.filter(({ state }) => state !== "joined")
		.map((one) => ({ place: 11, name: one.home, text: invitationText(one) }));
}
