import type { Finding } from "./conditions.ts";
import type { Home, InvitedHome } from "./home.ts";

/** The key with which a home has redeemed its invitation, and where the key lies that both share besides. */
export interface JoinedKey {
	publicKey: string;
	presharedKeyFile: string;
}

/** What has become of a home's invitation: the key that redeemed it, `open`, or nothing that is known. */
export type JoinedHome = (invited: InvitedHome) => JoinedKey | "open" | undefined;

/** Homes made of a file and a key, so that the same two are the same object: thousands are compared at each change. */
const made = new WeakMap<InvitedHome, { key: JoinedKey; home: Home }>();

/**
 * What a file that names an invitation stands for: a home with the key that came by it, or one that is still waited for.
 * An invitation that is not known, as after a loss of the daemon's state, leaves a home that joined by it as it was, and
 * its mail waits if there was none; it never bounces.
 *
 * @param before the home as it is served
 */
export function settleInvited(
	{ file, invited }: { file: string; invited: InvitedHome },
	before: Home | undefined,
	joined: JoinedHome,
): { home?: Home; finding?: Finding } {
	const key = joined(invited);
	if (key === "open") return {};
	if (key) return { home: homeOf(invited, key) };
	const kept = before?.invitation === invited.invitation ? before : undefined;
	const { id } = invited;
	const finding: Finding = { is: "uninvited", id, file, served: kept !== undefined };
	return { finding, ...(kept && { home: { ...invited, ...keyOf(kept) } }) };
}

function homeOf(invited: InvitedHome, key: JoinedKey): Home {
	const known = made.get(invited);
	if (known && known.key.publicKey === key.publicKey) return known.home;
	const home = { ...invited, publicKey: key.publicKey, presharedKeyFile: key.presharedKeyFile };
	made.set(invited, { key, home });
	return home;
}

function keyOf({ publicKey, presharedKeyFile }: Home) {
	return { publicKey, ...(presharedKeyFile === undefined ? {} : { presharedKeyFile }) };
}
