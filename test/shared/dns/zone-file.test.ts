import { expect, test } from "vitest";
import { zoneFile } from "../../../shared/dns/zone-file.ts";
import { zonesScene } from "../../agent/dns/zones-scene.ts";

const rrset = (subname: string, type: string, ...records: string[]) => ({
	subname,
	type,
	ttl: 3600,
	records,
});

test("a zone goes to another provider without what each makes by itself, and with its delegations", () => {
	const file = zoneFile("example.org", [
		rrset("", "SOA", "get.desec.io. get.desec.io. 1 86400 3600 2419200 3600"),
		rrset("", "NS", "ns1.desec.io.", "ns2.desec.org."),
		rrset("", "DNSKEY", "257 3 13 AAAA"),
		rrset("sub", "NS", "ns1.elsewhere.test."),
		rrset("", "MX", "10 relay.example.net."),
		rrset("*", "A", "192.0.2.1"),
		rrset("home._domainkey", "TXT", '"v=DKIM1; k=rsa; p=AAAA" "BBBB"'),
	]);
	expect(file).toBe(
		[
			"$ORIGIN example.org.",
			"*.example.org. 3600 IN A 192.0.2.1",
			"example.org. 3600 IN MX 10 relay.example.net.",
			'home._domainkey.example.org. 3600 IN TXT "v=DKIM1; k=rsa; p=AAAA" "BBBB"',
			"sub.example.org. 3600 IN NS ns1.elsewhere.test.",
			"",
		].join("\n"),
	);
});

test("what was applied, and what somebody else has in the zone, is all in the export", async () => {
	const scene = await zonesScene();
	try {
		await scene.put("www", "A", "192.0.2.80");
		await scene.apply();
		const file = (await scene.command("dns-export", "")) as string;
		for (const line of scene.shown()) {
			const [subname, type] = line.split(" ") as [string, string];
			const name = subname === "@" ? "example.org" : `${subname}.example.org`;
			expect(file, line).toMatch(new RegExp(`^${name.replaceAll(".", "\\.")}\\. \\d+ IN ${type} `, "m"));
		}
		expect(file).toContain("www.example.org. 3600 IN A 192.0.2.80\n");
	} finally {
		await scene.end();
	}
});
