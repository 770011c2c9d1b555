import { beforeAll, expect, it } from "vitest";
import { domain, homeFile, homeId, mailName, until } from "./scene.ts";
import { type SmallDisk, smallDisk } from "./small-disk.ts";
import { describeLab } from "./use-lab.ts";
import { routeOf, useScene } from "./use-scene.ts";
import { allIsWell, homeTells, relayIsQuietOf, relayTells } from "./well.ts";

const maps = "/var/lib/heimweg-relay/maps";
const list = "/etc/heimweg-recipients.list";
const homePath = `/etc/heimweg-relay/homes.d/${homeId}.toml`;

/** More than Postfix's maps can take without a new file, and than the last page of a file has room for. */
const many = Array.from({ length: 120 }, (_, number) => `d${number}.test`);
const users = Array.from({ length: 600 }, (_, number) => `user${number}`);

describeLab("a disk that is full", () => {
	const scene = useScene({
		agentConfig: (toml) => toml.replace("passwd = true", `passwd = true\nfiles = ["${list}"]`),
	});
	const home = () => scene().lab.home;
	const relay = () => scene().lab.relay;
	const remedy = async (side: "agentStatus" | "relayStatus", code: string) =>
		(await scene()[side]()).conditions.find((one) => one.code === code)?.remedy;
	const handOver = (subject: string, to = "anna") =>
		scene().lab.internet.sendMail({ to: `${to}@${domain}`, subject });
	const disks: Record<"relay" | "relaySpool" | "home" | "homeSpool", SmallDisk> = {} as never;

	beforeAll(async () => {
		await home().write(list, "first\n");
		await home().run(["systemctl", "start", "heimweg-recipients"]);
		for (const [host, unit] of [
			[home(), "heimweg"],
			[relay(), "heimweg-relay"],
		] as const)
			await host.run(["systemctl", "stop", unit, "postfix"]);
		// The users of the list get their mail: a home that refuses those whom it lists has another trouble.
		await home().run(["postconf", "-e", "luser_relay=anna", "local_recipient_maps="]);
		disks.relay = await smallDisk(relay(), "/var/lib/heimweg-relay", "1m");
		disks.relaySpool = await smallDisk(relay(), "/var/spool/postfix", "48m");
		disks.home = await smallDisk(home(), "/var/lib/heimweg", "256k");
		disks.homeSpool = await smallDisk(home(), "/var/spool/postfix", "48m");
		for (const [host, unit] of [
			[home(), "heimweg"],
			[relay(), "heimweg-relay"],
		] as const)
			await host.run(["systemctl", "start", unit, "postfix"]);
		await allIsWell(scene());
	});

	it("on the relay stops no mail of a served home, tells what cannot be written, heals with space", async () => {
		await disks.relay.fill();
		await relay().write(homePath, homeFile(scene().keys.home.publicKey, [domain, ...many]));
		await home().write(list, `${users.join("\n")}\n`);
		await home().run(["systemctl", "start", "heimweg-recipients"]);
		const told = ["routes.failing", "homes.unsaved", "recipients.unsaved", "recipients.failing"];
		for (const code of told) {
			await relayTells(scene(), code);
			expect(await remedy("relayStatus", code), code).toContain("free some");
		}
		await scene().deliver("while the relay's disk is full");
		await relay().run(["systemctl", "kill", "--kill-whom=main", "--signal=KILL", "heimweg-relay"]);
		await relayTells(scene(), "routes.failing");
		await scene().deliver("after the companion was killed on a full disk");
		for (const map of ["transport", "relay_domains", "relay_recipients"])
			await relay().run(["postmap", "-s", `lmdb:${maps}/${map}`]);
		await disks.relay.free();
		for (const code of told) await relayIsQuietOf(scene(), code, 120_000);
		expect(await routeOf(relay(), many.at(-1)!)).toBe("heimweg:[10.86.0.2]:25");
		await until(
			"the last of the new users is valid",
			async () => (await handOver("new", users.at(-1))).accepted,
		);
		expect((await handOver("nobody", "nobody-here")).transcript).toContain("550 5.1.1");
		await relay().write(homePath, homeFile(scene().keys.home.publicKey));
		await allIsWell(scene());
	});

	it("at home is told, and neither the records nor the mail wait for it", async () => {
		await disks.home.fill();
		const address = await scene().lab.router.changeAddress();
		await homeTells(scene(), "state.unsaved");
		expect(await remedy("agentStatus", "state.unsaved")).toContain("free some space");
		await until("the record follows", async () =>
			(await scene().lab.internet.dig(mailName, "A")).includes(address),
		);
		await scene().deliver("while the home's disk is full");
		await disks.home.free();
		await allIsWell(scene());
		expect(await home().read("/var/lib/heimweg/address.json")).toContain(address);
	});

	it("under Postfix's queue puts mail off, on either side, and both say so; none is lost", async () => {
		await Promise.all([disks.relaySpool.fill(), disks.homeSpool.fill()]);
		expect((await handOver("too early")).transcript).toMatch(/452 4\.3\.1/);
		await Promise.all([relayTells(scene(), "postfix.disk_full"), homeTells(scene(), "postfix.disk_full")]);
		await disks.relaySpool.free();
		await until("the relay takes mail", async () => (await handOver("in between")).accepted);
		await until("it waits there", async () => /452 4\.3\.1/.test(await relay().run(["postqueue", "-j"])));
		await disks.homeSpool.free();
		await scene().arrives("in between", { timeout: 90_000 });
		await allIsWell(scene());
		for (const host of [relay(), home()])
			expect(await host.journal("--boot", "--unit", "postfix*")).not.toMatch(/to=<anna@.*status=bounced/);
	});

	it("is not the only one: a read-only folder of maps stops no mail, is told, and heals", async () => {
		await relay().run(["mount", "--bind", "-o", "ro", maps, maps]);
		await relay().write(homePath, homeFile(scene().keys.home.publicKey, [domain, "later.test"]));
		await relayTells(scene(), "routes.failing");
		expect(await remedy("relayStatus", "routes.failing")).toContain(`make ${maps} writable`);
		await scene().deliver("while the maps are read-only");
		await relay().run(["umount", maps]);
		await relayIsQuietOf(scene(), "routes.failing", 120_000);
		expect(await routeOf(relay(), "later.test")).toBe("heimweg:[10.86.0.2]:25");
	});
});
