import { describe, expect, it } from "vitest";
import { alarms, type Finding } from "../../shared/doctor/finding.ts";
import type { Host } from "./host.ts";
import { addresses } from "./network.ts";
import { mailboxes } from "./scene.ts";
import type { MailSystem } from "./use-mail-system.ts";

/** What this relay really lacks: nobody set it up, the lab's root of the DNS is not signed, and there is no time server. */
const lacking = [
	"certificate_for_other_name",
	"clock_not_kept",
	"certificate_not_trusted",
	"dnssec_broken",
	"relay_spf_missing",
];

/** For two looks at everything, with postscreen's six seconds in the first. */
const timeout = 60_000;

/** What both doctors say of a mail system that works. */
export function doctorAtBothEnds(system: () => MailSystem): void {
	const found = async (host: Host, argv: readonly string[]): Promise<Finding[]> => {
		const { stdout, stderr } = await host.exec(argv, { timeout });
		expect(stdout, stderr).toContain('"findings"');
		return JSON.parse(stdout).findings;
	};

	describe("the doctor", () => {
		it("raises no alarm at the relay but of what it lacks", async () => {
			const findings = await found(system().lab.relay, ["heimweg-relay", "doctor", "--json"]);
			const wrong = findings.filter(alarms);
			const strange = wrong.filter(({ code }) => !lacking.includes(code));
			expect(strange).toEqual([]);
			expect(findings.map(({ code }) => code)).toEqual(
				expect.arrayContaining([
					...["relay_name_well", "reverse_well", "greeting_well", "port25_well"],
					"required_addresses_well",
				]),
			);
		});

		it("shows at home what the relay finds, that it is closed to strangers, and a mail's whole way", async () => {
			const mail = `${mailboxes[0]}@example.org`;
			const findings = await found(system().lab.home, ["heimweg", "doctor", "--json", "--mail", mail]);
			const of = (code: string) => findings.filter((one) => one.code === code);
			for (const code of ["reverse_well", "port25_well", "relay_closed_to_strangers"])
				expect(of(code).length, JSON.stringify(findings.map((one) => one.code))).toBeGreaterThan(0);
			expect(of("mail_signed").map(({ subject }) => subject)).toEqual(["home._domainkey.example.org"]);
			expect(of("mail_client_known")[0]?.found).toContain("[10.86.0.2]");
			expect(of("mail_hop").map(({ subject }) => subject)).toEqual(
				expect.arrayContaining(["relay.example.net"]),
			);
			expect(of("mail_arrived").map(({ subject }) => subject)).toEqual([mail]);
			// The relay has sent one to its own port as well, as anybody would: its filters looked at it, and home knows whence.
			expect(of("stranger_mail_results")[0]?.found).toMatch(/dkim=none.*spf=/);
			expect(of("stranger_mail_client_known")[0]?.found).toContain(`[${addresses.relay.ipv4}]`);
			expect(of("stranger_mail_arrived").map(({ subject }) => subject)).toEqual([mail]);
			expect(findings.filter((one) => alarms(one) && /^(stranger_)?mail_/.test(one.code))).toEqual([]);
		});
	});
}
