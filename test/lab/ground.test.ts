import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import { authorityOnHosts } from "./certificates.ts";
import { type Lab, startLab } from "./lab.ts";
import { addresses, addressesUsable } from "./network.ts";
import { type Run, remainsOf } from "./run.ts";
import { describeLab, useLab } from "./use-lab.ts";

/** Milliseconds for what needs a moment to be true. */
const soon = { timeout: 10_000, interval: 100 };

/** Connects to a mail server, has its greeting printed and leaves. */
const greeting = (address: string) => ["swaks", "--server", address, "--quit-after", "BANNER"];

const ping = (address: string) => ["ping", "-c", "1", "-W", "2", address];

describeLab("the lab", () => {
	const lab = useLab();

	it("boots both hosts so that every unit is well, with a Postfix that greets by the host's name", async () => {
		const { relay, home } = lab();
		for (const host of [relay, home]) {
			expect(await host.failedUnits()).toEqual([]);
			expect(await host.run(["systemctl", "is-system-running"])).toBe("running");
			await expect.poll(() => host.run(greeting("127.0.0.1")), soon).toContain(host.hostname);
		}
	});

	it("gives each host a machine id and a journal of its own", async () => {
		const { relay, home } = lab();
		expect(await relay.read("/etc/machine-id")).not.toBe(await home.read("/etc/machine-id"));
		expect(await relay.journal("--boot", "--unit", "postfix")).toContain("relay.example.net");
	});

	it("connects home, relay and internet by both families", async () => {
		const { relay, home } = lab();
		for (const family of ["ipv4", "ipv6"] as const) {
			await relay.run(ping(addresses.services[family]));
			await home.run(ping(addresses.relay[family]));
		}
	});

	it("resolves the internet's names on the hosts, the user's zone signed", async () => {
		const { home, internet } = lab();
		expect(await home.run(["getent", "ahostsv4", "relay.example.net"])).toContain(addresses.relay.ipv4);
		expect((await internet.dig("example.org", "NS")).sort()).toEqual(["ns1.desec.test.", "ns2.desec.test."]);
		expect((await internet.dig("example.org", "DNSKEY")).length).toBeGreaterThan(0);
	});

	it("serves what is written at deSEC from its name servers, signed, at once", async () => {
		const { home, internet } = lab();
		const { api, token } = internet.desec;
		const body = JSON.stringify([{ subname: "lab", type: "A", ttl: 3600, records: ["198.51.100.1"] }]);
		const script = `fetch("${api}/domains/example.org/rrsets/", { method: "PATCH", body: process.argv[1], headers:
			{ authorization: "Token ${token}", "content-type": "application/json" } }).then((r) => console.log(r.status))`;
		const node = ["env", `NODE_EXTRA_CA_CERTS=${authorityOnHosts}`, "node", "-e", script, body];
		expect(await home.run(node)).toBe("200");
		expect(await internet.dig("lab.example.org", "A")).toEqual(["198.51.100.1"]);
		const { stdout } = await internet.exec([
			"dig",
			"@192.0.2.53",
			"lab.example.org",
			"A",
			"+dnssec",
			"+short",
		]);
		expect(stdout).toContain("A 13 3 3600");
	});

	it("tells a caller its public address, as deSEC's check-ip does", async () => {
		const { home, internet, router } = lab();
		const script = `fetch("${internet.desec.checkIp.ipv4}").then((r) => r.text()).then((text) => console.log(text.trim()))`;
		const node = ["env", `NODE_EXTRA_CA_CERTS=${authorityOnHosts}`, "node", "-e", script];
		expect(await home.run(node)).toBe(router.address);
		expect(JSON.stringify(await internet.desec.control("GET", "/requests"))).toContain(router.address);
	});

	it("hides the home behind the line's address, also after the provider gave another", async () => {
		const { router } = lab();
		expect(await sourceOf(lab(), "4")).toBe(router.address);
		const before = router.address;
		const after = await router.changeAddress();
		expect(after).not.toBe(before);
		expect(await sourceOf(lab(), "4")).toBe(after);
	});

	it("gives the home an address of the new prefix and deprecates the old one", async () => {
		const { home, router } = lab();
		const prefix = await router.changePrefix();
		await addressesUsable(home.namespace);
		expect(await sourceOf(lab(), "6")).toBe(prefix.replace("/64", "20"));
	});

	it("cuts and restores the line, and the home's cable", async () => {
		const { home, router } = lab();
		const reaches = async () => (await home.exec(ping(addresses.relay.ipv4))).exitCode === 0;
		await router.lineDown();
		expect(await reaches()).toBe(false);
		await router.lineUp();
		await expect.poll(reaches, soon).toBe(true);
		await router.carrierDown();
		expect(await home.run(["ip", "link", "show", "eth0"])).toContain("NO-CARRIER");
		await router.carrierUp();
		await expect.poll(reaches, soon).toBe(true);
	});

	it("loses packets at random, swallows large ones, and blocks one family", async () => {
		const { home, router } = lab();
		const reaches = async (address: string, ...more: string[]) =>
			(await home.exec(["ping", "-c", "1", "-W", "1", ...more, address])).exitCode === 0;
		await router.loss(100);
		expect(await reaches(addresses.relay.ipv4)).toBe(false);
		await router.loss(0);
		await router.dropLargerThan(1000);
		expect(await reaches(addresses.relay.ipv4, "-s", "972")).toBe(true);
		expect(await reaches(addresses.relay.ipv4, "-s", "973")).toBe(false);
		await router.dropLargerThan(undefined);
		await router.blockFamily(6);
		expect(await reaches(addresses.relay.ipv6)).toBe(false);
		expect(await reaches(addresses.relay.ipv4)).toBe(true);
		await router.allowFamily(6);
		expect(await reaches(addresses.relay.ipv6)).toBe(true);
	});

	it("hands a mail of the internet's to the relay, and says when it is refused", async () => {
		const { internet } = lab();
		expect(await internet.sendMail({ to: "postmaster@relay.example.net" })).toMatchObject({ accepted: true });
		const refused = await internet.sendMail({ to: "somebody@unknown.test" });
		expect(refused.accepted).toBe(false);
		expect(refused.transcript).toContain("<** 4");
	});

	it("keeps the disk through a power cut, and nothing of memory or of the kernel's network", async () => {
		const { home } = lab();
		await home.write("/root/disk", "kept\n");
		await home.write("/run/memory", "gone\n");
		await home.namespace.nft("table inet left_over {}");
		await home.powerCut();
		expect(await home.read("/root/disk")).toBe("kept\n");
		const { state, failed } = await home.boot();
		expect({ state, failed }).toEqual({ state: "running", failed: [] });
		expect(await home.read("/root/disk")).toBe("kept\n");
		expect((await home.exec(["cat", "/run/memory"])).exitCode).not.toBe(0);
		expect(await home.run(["nft", "list", "tables"])).toBe("");
		await home.run(ping(addresses.relay.ipv6));
	});

	it("shuts a host down in order and boots it again", async () => {
		const { relay } = lab();
		await relay.shutdown();
		expect(relay.isOn).toBe(false);
		expect(await relay.boot()).toMatchObject({ state: "running" });
		expect(await relay.journal("--boot=-1", "--unit", "postfix")).toContain("Stopped postfix.service");
	});

	it("runs wireguard-go in a unit with a user of its own, and enforces the unit's DeviceAllow=", async () => {
		const { home } = lab();
		const unit = ["systemd-run", "--wait", "--quiet", "--property=DevicePolicy=closed"];
		const own = [
			"--property=DynamicUser=yes",
			"--property=AmbientCapabilities=CAP_NET_ADMIN",
			"--property=RuntimeDirectory=wireguard",
		];
		const check = [
			"sh",
			"-c",
			"wireguard-go -f lab0 & for i in 1 2 3 4 5; do sleep 1; wg show lab0 listen-port && exit; done; exit 1",
		];
		const allowed = await home.exec([
			...unit,
			...own,
			"--property=DeviceAllow=/dev/net/tun rw",
			"--pipe",
			...check,
		]);
		expect(allowed.stdout).toMatch(/^\d+$/m);
		expect((await home.exec([...unit, "sh", "-c", "exec 3<>/dev/net/tun"])).exitCode).not.toBe(0);
	});

	it("copies files and folders in, for root alone to change", async () => {
		const { home } = lab();
		await home.copyIn(import.meta.dirname, "/opt/a folder");
		expect(await home.run(["stat", "--format=%U %F", "/opt/a folder/host.ts"])).toBe("root regular file");
		await home.copyIn(import.meta.filename, "/opt/other.ts");
		expect(await home.read("/opt/other.ts")).toContain("copies files and folders in");
	});
});

describeLab("a lab that was stopped", () => {
	let first: Lab;
	let second: Lab;
	beforeAll(async () => {
		[first, second] = await Promise.all([startLab(), startLab()]);
	});
	afterAll(() => Promise.all([first?.stop(), second?.stop()]));

	it("leaves no process, mount, namespace or folder, and the lab beside it alone", async () => {
		expect(await remainsOf(first.run)).not.toEqual([]);
		await first.stop();
		expect(await remainsOf(first.run)).toEqual([]);
		await second.home.run(ping(addresses.relay.ipv4));
	});
});

describeLab("the lab of a process that ends without a word", () => {
	const script = `
		const { startLab } = await import("./test/lab/lab.ts");
		console.log(JSON.stringify((await startLab()).run));
		setInterval(() => {}, 1000);`;

	it.each(["SIGKILL", "SIGINT", "SIGTERM"] as const)("is removed after %s", async (signal) => {
		const argv = ["--import", "tsx", "--input-type=module", "--eval", script];
		const owner = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
		const [line] = await once(createInterface({ input: owner.stdout }), "line");
		const run = JSON.parse(line) as Run;
		expect(await remainsOf(run)).not.toEqual([]);
		owner.kill(signal);
		await expect.poll(() => remainsOf(run), { timeout: 30_000, interval: 200 }).toEqual([]);
	});
});

/** The address from which the relay sees the home connect. */
async function sourceOf({ home, relay }: Lab, family: "4" | "6"): Promise<string> {
	await home.run(greeting(family === "4" ? addresses.relay.ipv4 : addresses.relay.ipv6));
	const log = await relay.journal("--boot", "--unit", "postfix", "--grep", "connect from");
	return (
		/\[([^\]]+)\]$/.exec(log.split("\n").findLast((line) => / connect from /.test(line)) ?? "")?.[1] ?? ""
	);
}
