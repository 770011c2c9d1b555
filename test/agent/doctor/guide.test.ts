import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { alarms } from "../../../shared/doctor/finding.ts";
import { type World, world } from "./world.ts";

const tlsa = `3 1 1 ${createHash("sha256").update("the key of last year").digest("hex")}`;

let there: World;
beforeEach(async () => {
	there = await world();
	// As a widely read guide has it, page by page.
	for (const port of [25, 465]) there.records.set(`_${port}._tcp.mail.example.org TLSA`, [tlsa]);
	there.records.set("example.org A", ["198.51.100.7"]);
	there.dns.ttl = 3600;
	there.files.set("/etc/cron.d/desec", "*/5 * * * * root /root/update.sh\n");
	there.files.set(
		"/root/update.sh",
		"curl -X PATCH https://desec.io/api/v1/domains/example.org/rrsets/@/A/ -d '{\"records\": []}'\n",
	);
	there.files.set(
		"/etc/letsencrypt/renewal-hooks/deploy/tlsa.sh",
		"curl -X PATCH https://desec.io/api/v1/domains/example.org/rrsets/_25._tcp.mail/TLSA/\n",
	);
	there.commands.set("postconf", () => "smtpd_recipient_restrictions = reject_rbl_client dnsbl.sorbs.net\n");
	const [key] = there.told.keys!;
	const rspamd = { ...key!, selector: "dkim", source: "/var/lib/rspamd/dkim/example.org.dkim.key" };
	there.told.keys!.push(rspamd);
	there.records.set("dkim._domainkey.example.org TXT", there.records.get("home._domainkey.example.org TXT")!);
});
afterEach(() => there.end());

test("the doctor finds what a widely read guide does against itself, all seven of it", async () => {
	const findings = await there.findings();
	const found = (code: string) => findings.filter((one) => one.code === code).map(({ subject }) => subject);
	expect(found("tlsa_of_home")).toEqual([
		"_25._tcp.mail.example.org TLSA",
		"_465._tcp.mail.example.org TLSA",
	]);
	expect(found("tlsa_after_the_key")).toEqual(["/etc/letsencrypt/renewal-hooks/deploy/tlsa.sh"]);
	expect(found("second_writer")).toEqual(["/root/update.sh"]);
	expect(found("address_not_kept")).toEqual(["example.org"]);
	expect(found("dkim_signed_twice")).toEqual(["example.org"]);
	expect(found("dead_list")).toEqual(["smtpd_recipient_restrictions"]);
	expect(found("client_name_slow")).toEqual(["mail.example.org"]);
	// Nobody set MTA-STS up, so that nothing of it is missing.
	expect(findings.find(({ code }) => code === "mta_sts_not_set_up")).toMatchObject({ severity: "well" });
	for (const one of findings.filter(alarms)) expect(`${one.turn} ${one.line}`, one.code).toMatch(/^home ./);
});
