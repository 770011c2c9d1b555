import { expect, it } from "vitest";
import { addresses } from "./network.ts";
import {
	dsOf,
	setDs,
	setSigned,
	signedZones,
	trustRoot,
	useNameServer,
	useStrippingResolver,
	useValidatingResolver,
} from "./signed-zones.ts";
import { describeLab, useLab } from "./use-lab.ts";

describeLab("the lab's zones", () => {
	const lab = useLab();
	const delv = async (name: string, type: string) => {
		const { stdout, stderr } = await lab().home.exec(["delv", name, type]);
		return `${stdout}\n${stderr}`;
	};
	/** What the host's own resolver, as new, says. */
	const resolved = async (name: string, type: string) => {
		await useValidatingResolver(lab().home, lab().internet);
		return dig(name, type);
	};
	const dig = async (name: string, type: string) =>
		(await lab().home.exec(["dig", "+tries=1", "+time=10", name, type])).stdout;

	it("are signed up to a root of the lab's own, as delv finds it by itself", async () => {
		expect(await delv("example.org", "MX")).not.toContain("fully validated");
		await trustRoot(lab().home, lab().internet);
		for (const zone of signedZones)
			expect(await delv(zone, "SOA"), zone).toMatch(/; fully validated\n.*\sSOA\s/);
		expect(await delv("nothing.example.org", "A")).toContain("negative response, fully validated");
		expect(await delv("nothing.example.com", "A")).toContain("negative response, fully validated");
		expect(await delv("10.113.0.203.in-addr.arpa", "PTR")).toContain("fully validated");
	});

	it("validate for a resolver of the host's own, too, which says so", async () => {
		await useValidatingResolver(lab().home, lab().internet);
		expect(await dig("relay.example.net", "A")).toMatch(/flags: [^;]* ad[ ;].*203\.0\.113\.10/s);
		expect(await delv("relay.example.net", "A")).toContain("fully validated");
	});

	it("break where the zone above names another key, and are whole again with the right one", async () => {
		const { internet } = lab();
		const right = await dsOf(internet, "example.org");
		await setDs(internet, "example.org", `12345 13 2 ${"ab".repeat(32)}`);
		expect(await resolved("example.org", "MX")).toContain("status: SERVFAIL");
		// Behind a resolver that validates, too, delv hears no more than that it failed.
		expect(await delv("example.org", "MX")).toContain("resolution failed: failure");
		await setDs(internet, "example.org");
		expect(await resolved("example.org", "MX")).toContain("status: NOERROR");
		expect(await delv("example.org", "MX")).toContain("unsigned answer");
		await setDs(internet, "example.org", ...right);
		expect(await resolved("example.org", "MX")).toMatch(/flags: [^;]* ad[ ;]/);
		expect(await delv("example.org", "MX")).toContain("fully validated");
	});

	it("break where a zone is not signed any more, and where a resolver takes the signatures away", async () => {
		const { home, internet } = lab();
		await setSigned(internet, "example.org", false);
		expect(await resolved("example.org", "MX")).toContain("status: SERVFAIL");
		await useNameServer(home);
		expect(await delv("example.org", "MX")).toContain("insecurity proof failed");
		await setSigned(internet, "example.org", true);
		expect(await delv("example.org", "MX")).toContain("fully validated");
		await useStrippingResolver(home);
		expect(await dig("example.org", "MX")).toContain("relay.example.net.");
		expect(await delv("example.org", "MX")).toContain("broken trust chain");
		await useNameServer(home);
		expect(await home.read("/etc/resolv.conf")).toContain(addresses.services.ipv4);
		expect(await delv("example.org", "MX")).toContain("fully validated");
	});
});
