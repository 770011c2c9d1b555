import { expect, test } from "vitest";
import { jailText } from "../../../agent/bans/jail.ts";
import { parseAddress } from "../../../shared/address.ts";

test("fail2ban's jails never ban the tunnel's addresses, be they ours or not, and hand bans to the relay", () => {
	const text = jailText(["10.86.0.1", "fd86::1"].map((one) => parseAddress(one)));
	const sections = Object.fromEntries(text.split(/^(?=\[)/m).map((one) => [/^\[(.*)\]/.exec(one)?.[1], one]));
	for (const name of ["DEFAULT", "heimweg-dovecot", "heimweg-postfix"])
		expect(sections[name]).toContain("ignoreip = 127.0.0.1/8 ::1 10.86.0.1 fd86::1\n");
	for (const name of ["heimweg-dovecot", "heimweg-postfix"])
		expect(sections[name]).toMatch(/^action = heimweg\n {9}%\(action_\)s$/m);
});
