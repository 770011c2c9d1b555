import { expect, it } from "vitest";
import { addresses } from "./network.ts";
import { few, many, measureRecipientChanges } from "./recipient-changes.ts";
import { domain, homeId, until } from "./scene.ts";
import { describeLab } from "./use-lab.ts";
import { holds, useScene } from "./use-scene.ts";

describeLab("only valid recipients", () => {
	const scene = useScene();
	const home = () => scene().lab.home;
	const relay = () => scene().lab.relay;

	/** What the relay says to a mail for this user, from the internet: a status code, and its text. */
	async function answerFor(user: string, at = domain): Promise<string> {
		const argv = ["swaks", "--server", addresses.relay.ipv4, "--timeout", "20", "--quit-after", "RCPT"];
		const { stdout } = await scene().lab.internet.exec(
			[...argv, "--helo", "sender.test", "--from", "someone@sender.test", "--to", `${user}@${at}`],
			{ timeout: 60_000 },
		);
		const afterRcpt = stdout.slice(stdout.indexOf("RCPT TO")).split("\n")[1] ?? stdout;
		return /\d{3} .*/.exec(afterRcpt)?.[0] ?? stdout;
	}

	const accepts = async (user: string) => (await answerFor(user)).startsWith("250");
	const isRefused = async (user: string) => (await answerFor(user)).startsWith("550 5.1.1");
	const config = "/etc/heimweg/heimweg.toml";

	async function setRecipients(lines: string): Promise<void> {
		const text = await home().read(config);
		await home().write(config, text.replace(/\[recipients\]\n(?:\w+ = .*\n)+/, `[recipients]\n${lines}\n`));
		// One that runs already, since a file changed, has read the configuration as it was: it is only waited for.
		for (const _ of ["one that runs", "another"])
			await home().run(["systemctl", "start", "heimweg-recipients"]);
	}

	it("are known without anybody's help: users and aliases, with an extension too; others get 550", async () => {
		await until("the relay has the list", () => isRefused("nobody-here"), 60_000);
		for (const user of ["anna", "ANNA", "anna+shop", "postmaster", "abuse"])
			expect(await accepts(user), user).toBe(true);
		expect((await scene().agentStatus()).recipients).toMatchObject({ onRelay: true });
		expect(holds(await scene().relayStatus(), "recipients.accepts_all")).toBe(false);
		expect(holds(await scene().relayStatus(), "recipients.not_used")).toBe(false);
		await scene().deliver("to a valid recipient");
	});

	it("are looked up by a unit that can read neither key nor token, and writes one file", async () => {
		const { stdout } = await home().exec([
			...["systemd-run", "--quiet", "--wait", "--pipe", "-p", "User=heimweg-recipients"],
			...["cat", "/etc/heimweg/wireguard.key", "/etc/heimweg/desec.token"],
		]);
		expect(stdout).toBe("");
		const files = await home().run(["find", "/", "-xdev", "-user", "heimweg-recipients", "-type", "f"]);
		expect(files.split("\n")).toEqual(["/var/lib/heimweg-recipients/recipients.json"]);
		const exposure = await home().run([
			"systemd-analyze",
			"security",
			"--no-pager",
			"heimweg-recipients.service",
		]);
		expect(Number(/exposure level.*: ([\d.]+)/.exec(exposure)?.[1])).toBeLessThanOrEqual(2);
	});

	it("are valid soon after they were made", async () => {
		await home().run(["useradd", "--create-home", "carla"]);
		await until("carla is valid", () => accepts("carla"), 60_000);
	});

	it("hold while the home is away, and after the relay's companion was restarted meanwhile", async () => {
		await home().run(["systemctl", "stop", "heimweg"]);
		try {
			await relay().run(["systemctl", "restart", "heimweg-relay"]);
			expect(await isRefused("nobody-here")).toBe(true);
			expect(await accepts("carla")).toBe(true);
			await relay().run(["rm", "/var/lib/heimweg-relay/maps/relay_recipients.lmdb"]);
			await relay().run(["systemctl", "restart", "heimweg-relay"]);
			await until("the map is there again", () => isRefused("nobody-here"), 60_000);
			expect(await accepts("carla")).toBe(true);
		} finally {
			await home().run(["systemctl", "start", "heimweg"]);
		}
	});

	it("are everybody while a source cannot be listed, with a condition on both sides", async () => {
		await setRecipients('tables = ["unix:passwd.byname"]');
		await until("the relay accepts all", () => accepts("nobody-here"), 60_000);
		expect(holds(await scene().relayStatus(), "recipients.accepts_all")).toBe(true);
		expect(holds(await scene().agentStatus(), "recipients.source_failing")).toBe(true);
		const shown = await home().exec(["heimweg", "recipients"]);
		expect([shown.exitCode, shown.stdout]).toEqual([1, expect.stringContaining("cannot be listed")]);
		await home().write("/etc/heimweg-recipients.list", `@${domain}\n`, 0o644);
		await setRecipients('passwd = true\nfiles = ["/etc/heimweg-recipients.list"]');
		await until(
			"the condition is gone",
			async () => !holds(await scene().relayStatus(), "recipients.accepts_all"),
		);
		await until("everybody is taken", () => accepts("nobody-here"));
	});

	it(`a check-in that changes ${few} of ${many} is answered by a new SMTP session at once`, async () => {
		const { seconds, foreign } = await measureRecipientChanges(scene());
		expect(seconds).toHaveLength(10);
		console.log(
			`check-in that changes ${few} of ${many} recipients until a new SMTP session is answered by it: ` +
				`${seconds.map((one) => one.toFixed(3)).join(", ")} s (goal 0.3 s)`,
		);
		expect(foreign).toBe(403);
		// The condition ends with the next list that is right, which the agent sends once it runs again.
		expect(await scene().lab.relay.journal("--boot", "--unit", "heimweg-relay")).toMatch(
			/sent recipients of other\.example, which it was not given; its list was refused/,
		);
	});

	it("a list that shrinks by more than half is held until the relay's owner accepts it", async () => {
		await until("the tunnel is up", async () => (await scene().agentStatus()).tunnel.up, 60_000);
		await until(
			"the relay has the list",
			async () => (await scene().agentStatus()).recipients?.onRelay === true,
			60_000,
		);
		await setRecipients("passwd = true");
		await until("it is held", async () => holds(await scene().relayStatus(), "recipients.held"), 60_000);
		expect(await accepts("user7")).toBe(true);
		const accept = ["heimweg-relay", "accept-recipients", homeId];
		expect(await relay().run(accept)).toMatch(/is in force; \d+ recipients are no longer valid/);
		// A map of so many is made anew; whoever connects once it stands is answered by it, whatever smtpd had open before.
		const has = ["postmap", "-q", `user7@${domain}`, "lmdb:/var/lib/heimweg-relay/maps/relay_recipients"];
		await until("the map is made", async () => (await relay().exec(has)).exitCode === 1, 90_000);
		expect(await answerFor("user7")).toMatch(/^550 5\.1\.1/);
		expect(await accepts("anna")).toBe(true);
		expect(await relay().run(accept)).toContain("is held");
	});

	it("are Dovecot's users too, once it lists them to the unit as the remedy says; none of the system's", async () => {
		await home().run(["systemctl", "start", "dovecot"]);
		const good = await home().read(config);
		try {
			await setRecipients("doveadm = true");
			const failing = async () =>
				(await scene().agentStatus()).conditions.find(({ code }) => code === "recipients.source_failing");
			await until("what to do is told", async () => (await failing())?.subject === "doveadm");
			const [write = "", reload = ""] = [...(await failing())!.remedy.matchAll(/"([^"]+)"/g)].map(
				([, one]) => one,
			);
			await home().run(["sh", "-ec", `${write}; ${reload}`]);
			await until("Dovecot has opened the socket", async () => {
				await home().run(["systemctl", "start", "heimweg-recipients"]);
				return (await failing()) === undefined;
			});
			const list = await home().read("/var/lib/heimweg-recipients/recipients.json");
			expect(JSON.parse(list).sources[0]).toMatchObject({
				source: "doveadm",
				recipients: [`anna@${domain}`, `bert@${domain}`, `carla@${domain}`],
			});
		} finally {
			await home().run(["systemctl", "stop", "dovecot"]);
			await setRecipients(/\[recipients\]\n((?:\w+ = .*\n)+)/.exec(good)![1]!.trim());
		}
	});
});
