import type { Failure } from "../../shared/conditions.ts";
import { condition } from "../../shared/health.ts";
import { holderCommand, portName, type Taken } from "../../shared/port-holder.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";

export const secondMachine = condition<{ words: string; joined: string }>({
	code: "invite.second_machine",
	severity: "error",
	title: "A second machine has used an invitation",
	audience: "owner",
	visibleAfter: 0,
	text: ({ words, joined }, home) =>
		`a second machine has tried the invitation of ${home}, and was refused: its key is "${words}", and that of the machine that joined is "${joined}"`,
	remedy: (_, home) =>
		`compare the words with those that "heimweg join" or "heimweg key" prints at home; if they are not those of the machine that joined, somebody else has the code: run "heimweg-relay invite ${home} --again"`,
});

export const invitationOver = condition({
	code: "invite.over",
	severity: "warning",
	title: "An invitation was not used in time",
	audience: "owner",
	visibleAfter: 0,
	text: (_, home) => `the invitation of ${home} is over, and mail for its domains waits`,
	remedy: (_, home) =>
		`run "heimweg-relay invite ${home} --again" and use the new code within a day, or "heimweg-relay remove ${home}"`,
});

export const addressTaken = condition<{ address: string }>({
	code: "invite.address_taken",
	severity: "error",
	title: "An invitation's address belongs to a home",
	audience: "owner",
	visibleAfter: 5 * SECOND,
	text: ({ address }, home) =>
		`the code for ${home} cannot be used: a home's file has the address ${address}, which is kept for it`,
	remedy: (_, home) => `run "heimweg-relay invite ${home} --again", and use the new code`,
});

export const inviteUnsaved = condition<Failure>({
	code: "invite.unsaved",
	severity: "error",
	title: "An invitation cannot be saved",
	audience: "owner",
	visibleAfter: 0,
	text: ({ error }, home) =>
		`${home} wants to join and has to wait, since the relay cannot save it: ${error}`,
	remedy: () =>
		"free some space on the disk that holds state_dir, or correct its rights; the home tries again",
});

export const invitePortTaken = condition<Taken>({
	code: "invite.port_taken",
	severity: "error",
	title: "the port of enrolment is held by another program",
	audience: "owner",
	visibleAfter: 1 * MINUTE,
	text: (taken) => `no home can join: ${portName(taken)} is in use by another program ${taken.holder}`.trim(),
	remedy: (taken) =>
		`run "${holderCommand(taken)}" as root to see which program it is, and end it; or choose another invite.port and make new codes`,
});

export const inviteFailing = condition<Failure>({
	code: "invite.failing",
	severity: "error",
	title: "no home can join",
	audience: "owner",
	visibleAfter: 1 * MINUTE,
	text: ({ error }) => `no home can join: ${error}`,
	remedy: ({ remedy }) => remedy ?? "look at the reason; it is tried again by itself",
});
