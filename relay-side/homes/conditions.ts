import { condition } from "../../shared/health.ts";
import { say } from "../../shared/words/say.ts";
import type { ClaimKey } from "./conflicts.ts";

/** A key, address or domain that a home may not have, and who else claims it. */
export interface Claim {
	key: ClaimKey;
	value: string;
	others: string[];
}

/** What the registry found wrong; each becomes a condition. `served` says whether an earlier state is in force. */
export type Finding =
	| { is: "wrong"; id: string; file: string; problems: string[]; served: boolean }
	| { is: "uninvited"; id: string; file: string; served: boolean }
	| { is: "refused"; id: string; claims: Claim[]; served: boolean }
	| { is: "contested"; id: string; claims: Claim[]; served: boolean }
	| { is: "unreadable"; directory: string; reason: string }
	| { is: "held"; ids: string[]; total: number };

/** How many problems or ids one sentence names. */
const shownAtMost = 5;

export const homeFileWrong = condition<{ problems: string[]; served: boolean }>({
	code: "homes.file_wrong",
	formerly: "homes.file-wrong",
	severity: "error",
	title: "A home's file is wrong",
	// A file that is being written looks wrong for a moment.
	visibleAfter: 2_000,
	text: ({ problems, served }) =>
		`${some(problems, "; ")} (${served ? "what was last applied stays in force" : "this home is not served"})`,
	remedy: () => `correct the file; it is read again at once`,
});

export const homeUninvited = condition<{ served: boolean }>({
	code: "homes.invitation_unknown",
	severity: "error",
	title: "A home's file names an invitation that is not known",
	audience: "owner",
	// The file may be there before the daemon has read its own.
	visibleAfter: 5_000,
	text: ({ served }, id) =>
		`${id}.toml names an invitation that the relay does not know for this home; ${
			served ? "it is served with the key that it had" : "mail for its domains waits"
		}`,
	remedy: (_, id) =>
		`run "heimweg-relay invite ${id} --again" on the relay, and "heimweg join" at home; or write its public_key into the file in place of the invitation`,
});

export const homeRefused = condition<{ claims: Claim[]; served: boolean }>({
	code: "homes.refused",
	severity: "error",
	title: "A home claims what another home has",
	audience: "owner",
	// What moves from one file to another, or a file that is renamed, is claimed twice until the removal is due.
	visibleAfter: 15_000,
	text: ({ claims, served }, id) =>
		`${id}.toml: ${some(claims.map(claimText), "; ")}; ${served ? "the file's change is not applied" : "this home is not served"}`,
	remedy: ({ claims }, id) =>
		`remove it from ${id}.toml, or from ${some(filesOf(claims), ", ")} if it shall move`,
});

export const homeContested = condition<{ claims: Claim[]; served: boolean }>({
	code: "homes.contested",
	severity: "error",
	title: "Two homes claim the same thing",
	audience: "owner",
	visibleAfter: 0,
	text: ({ claims, served }, id) =>
		`${id}.toml: ${some(claims.map(claimText), "; ")}; neither gets it and mail for ${
			served ? "it" : "this home's domains"
		} waits`,
	remedy: ({ claims }, id) => `remove it from ${id}.toml or from ${some(filesOf(claims), ", ")}`,
});

export const homesUnreadable = condition<{ reason: string }>({
	code: "homes.unreadable",
	severity: "error",
	title: "The homes directory cannot be read",
	visibleAfter: 0,
	text: ({ reason }, directory) => `${directory} cannot be read (${reason}); all homes stay as they were`,
	remedy: (_, directory) => `run "install -d -o root -g heimweg -m 0750 ${directory}"`,
});

export const removalsHeld = condition<{ ids: string[]; total: number }>({
	code: "homes.removals_held",
	formerly: "homes.removals-held",
	severity: "error",
	title: "Many homes vanished at once and are kept",
	audience: "owner",
	visibleAfter: 0,
	text: ({ ids, total }) =>
		`the files of ${ids.length} of ${total} homes vanished at once: ${some(ids, ", ")}; they stay served`,
	remedy: () => `put the files back, or run "heimweg-relay accept-removals" if the homes shall go`,
});

export const homesUnsaved = condition<{ error: string }>({
	code: "homes.unsaved",
	severity: "warning",
	title: "The applied homes cannot be saved",
	visibleAfter: 0,
	text: ({ error }) =>
		`the applied homes cannot be saved, and a restart may forget the last change: ${error}`,
	remedy: () => "free some disk space, or correct the rights of the state directory",
});

function claimText({ key, value, others }: Claim): string {
	return say`${key}: ${value} is also claimed by ${some(others, ", ")}`;
}

function filesOf(list: Claim[]): string[] {
	return [...new Set(list.flatMap((claim) => claim.others))].map((id) => `${id}.toml`);
}

function some(list: string[], separator: string): string {
	const rest = list.length - shownAtMost;
	const shown = list.slice(0, shownAtMost).join(separator);
	return rest > 0 ? say`${shown} and ${rest} more` : shown;
}
