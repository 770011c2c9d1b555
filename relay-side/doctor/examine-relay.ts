import { examine } from "../../shared/doctor/examine.ts";
import type { Finding } from "../../shared/doctor/finding.ts";
import { greeting } from "./checks/greeting.ts";
import { onLists } from "./checks/lists.ts";
import { machine } from "./checks/machine.ts";
import { outgoing } from "./checks/outgoing.ts";
import { ownName } from "./checks/own-name.ts";
import { port25 } from "./checks/port25.ts";
import { requiredAddresses } from "./checks/required-addresses.ts";
import { reverse } from "./checks/reverse.ts";
import { signedName } from "./checks/signed-name.ts";
import { tlsa } from "./checks/tlsa.ts";
import type { RelayCheck, RelayEyes, RelayKnown } from "./known.ts";

/** What is looked at, in the order in which it is shown. */
const checks: readonly RelayCheck[] = [
	ownName,
	reverse,
	greeting,
	port25,
	tlsa,
	signedName,
	outgoing,
	onLists,
	requiredAddresses,
	machine,
];

/** Makes all checks that are made from the relay. Never throws. */
export function examineRelay(
	known: RelayKnown,
	eyes: () => RelayEyes,
	times: { betweenTries?: number; lookTime?: number } = {},
): Promise<Finding[]> {
	const visits = checks.map((check) => ({ check, known, subject: known.name }));
	return examine(visits, { eyes, ...times });
}
