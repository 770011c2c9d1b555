import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { type Inbox, openInbox } from "./inbox.ts";
import { addresses } from "./network.ts";
import { domain, homeFile, homeId, tunnel, until, wireguardKeys } from "./scene.ts";
import { sayInUtf8 } from "./smtputf8.ts";
import { describeLab } from "./use-lab.ts";
import { holds, useScene } from "./use-scene.ts";
import { homeTells } from "./well.ts";

describeLab("mail that the home sends", () => {
	const scene = useScene();
	const lab = () => scene().lab;
	const patience = 60_000;
	const config = "/etc/heimweg/heimweg.toml";
	const far = "someone@sender.test";
	let inbox: Inbox;

	beforeAll(async () => {
		inbox = await openInbox(lab().internet);
	});

	/** Sends as a program at home does. */
	async function send(
		subject: string,
		{ from, to = far }: { from?: string; to?: string } = {},
	): Promise<void> {
		const sender = from === undefined ? "" : `-f '${from}'`;
		const script = `printf 'Subject: ${subject}\\n\\nHello.\\n' | runuser -u anna -- sendmail ${sender} ${to}`;
		await lab().home.run(["sh", "-c", script]);
	}

	const taken = async (subject: string) => (await inbox.mails()).find((mail) => mail.subject === subject);
	const arrives = (subject: string) =>
		until(`"${subject}" arrives in the internet`, async () => Boolean(await taken(subject)), patience);
	const homeSays = (pattern: RegExp) =>
		until(
			`Postfix at home logs ${pattern}`,
			async () => pattern.test(await lab().home.journal("--boot", "--unit", "postfix*")),
			patience,
		);
	/** One conversation with the relay's mail server from a host of the lab. */
	const talk = (from: "home" | "internet", options: readonly string[]) =>
		lab()[from].exec(
			["swaks", "--timeout", "30", "--quit-after", "RCPT", "--helo", "sender.test", ...options],
			{ timeout: 60_000 },
		);

	it("goes out through the tunnel, and into the world from the relay's address", async () => {
		await send("out");
		await arrives("out");
		expect(await taken("out")).toMatchObject({
			from: `anna@${domain}`,
			to: far,
			client: addresses.relay.ipv4,
		});
	});

	it("may be a bounce, which has no sender", async () => {
		await send("no sender", { from: "<>" });
		await arrives("no sender");
		expect((await taken("no sender"))?.from).toBe("");
	});

	it("is refused with a sender that is none of its own; both sides tell, with sender and remedy", async () => {
		await send("forwarded", { from: "friend@other.example" });
		await homeSays(
			/to=<someone@sender\.test>.* status=bounced .*550 5\.7\.1 .*<friend@other\.example>.*homes\.d\/anna\.toml/,
		);
		const refused = (await scene().relayStatus()).conditions.find((c) => c.code === "policy.sender_refused");
		expect(refused?.text).toContain("<friend@other.example>");
		await lab().home.run(["systemctl", "restart", "heimweg"]);
		await until(
			"the home tells what the relay says",
			async () => {
				const { conditions } = await scene().agentStatus();
				const told = conditions.find((c) => c.subject === "policy.sender_refused");
				return Boolean(
					told?.text.includes("<friend@other.example>") && told.remedy.includes('senders = "any"'),
				);
			},
			patience,
		);
	});

	it('may have any sender once the home file says senders = "any", and the condition ends', async () => {
		const path = `/etc/heimweg-relay/homes.d/${homeId}.toml`;
		const file = homeFile(scene().keys.home.publicKey);
		await lab().relay.write(path, `${file}senders = "any"\n`);
		await until(
			"the refusal is history",
			async () => !holds(await scene().relayStatus(), "policy.sender_refused"),
			patience,
		);
		await send("forwarded after all", { from: "friend@other.example" });
		await arrives("forwarded after all");
		await lab().relay.write(path, file);
	});

	it("waits while the companion is down, and incoming mail does not", async () => {
		await lab().relay.run(["systemctl", "stop", "heimweg-relay"]);
		await send("meanwhile");
		await homeSays(/relay=10\.86\.0\.1.* status=deferred .*451 4\.3\.0 .*cannot check the sender/);
		await scene().deliver("incoming meanwhile", { timeout: patience });
		expect(await taken("meanwhile")).toBeUndefined();
		await homeTells(scene(), "relay.mute");
		const { headline } = await scene().agentStatus();
		expect([headline?.incoming?.verdict, headline?.outgoing?.verdict]).toEqual(["not known", "no"]);
		await lab().relay.run(["systemctl", "start", "heimweg-relay"]);
		await until("the relay serves", async () => (await scene().relayStatus()).mailFlows, patience);
		await arrives("meanwhile");
		expect(holds(await scene().agentStatus(), "relay.mute")).toBe(false);
	});

	it("cannot be stopped by another user of the relay who opens a thousand connections", async () => {
		const flood = `const { connect } = require("node:net");
			const targets = [{ path: "/var/spool/postfix/heimweg/policy" }, { host: "127.0.0.1", port: 8652 }];
			let open = 0, ended = 0;
			for (let n = 0; n < 1000; n++) for (const target of targets)
				connect(target).on("connect", () => open++).on("error", () => ended++);
			setTimeout(() => console.log(open, ended), 2000);
			setTimeout(() => process.exit(), 8000);`;
		const flooding = lab().relay.run(["runuser", "-u", "nobody", "--", "node", "-e", flood]);
		await sleep(2_500);
		await send("through the flood");
		await arrives("through the flood");
		// The folder's rights keep it out, and at the old port there is nobody.
		expect(await flooding).toBe("0 2000");
	});

	it("is not let out by another user's answers while the companion is down", async () => {
		const liar = `require("node:net").createServer((socket) => socket.on("data", () => socket.write("action=OK\\n\\n")).on("error", () => {})).listen(8652, "127.0.0.1")`;
		await lab().relay.run(["systemctl", "stop", "heimweg-relay"]);
		await lab().relay.run(["systemd-run", "--quiet", "--unit=liar", "--uid=nobody", "node", "-e", liar]);
		try {
			const { stdout } = await talk("home", [
				...["--server", tunnel.relay[0]!, "--local-interface", tunnel.home[0]!],
				...["--from", "ceo@bank.test", "--to", far],
			]);
			expect(stdout).toMatch(/<\*\* 451 4\.3\.0 .*cannot check the sender/);
			const socket = "/var/spool/postfix/heimweg/policy";
			const bind = `require("node:net").createServer().on("error", (error) => console.log(error.code)).listen("${socket}")`;
			expect(await lab().relay.run(["runuser", "-u", "nobody", "--", "node", "-e", bind])).toBe("EACCES");
		} finally {
			await lab().relay.exec(["systemctl", "stop", "liar"]);
			await lab().relay.run(["systemctl", "start", "heimweg-relay"]);
		}
		await until("the relay serves", async () => (await scene().relayStatus()).mailFlows, patience);
	});

	it("goes out by itself when the relay is back, once the relay's mail server answers too", async () => {
		await lab().router.lineDown();
		await send("while the relay is away");
		await send("to somebody at home", { to: `bert@${domain}` });
		await homeSays(/relay=(none|10\.86\.0\.1).* status=deferred \(connect to 10\.86\.0\.1/);
		await until("the agent misses the relay", async () => !(await scene().agentStatus()).tunnel.up, patience);
		await lab().relay.run(["systemctl", "stop", "postfix"]);
		await lab().router.lineUp();
		await until("the tunnel is up", async () => (await scene().agentStatus()).tunnel.up, patience);
		expect(await lab().home.run(["postqueue", "-j"])).toContain('"queue_name": "deferred"');
		await lab().relay.run(["systemctl", "start", "postfix"]);
		await arrives("while the relay is away");
		expect(await lab().home.journal("--boot", "--unit", "heimweg")).toMatch(
			/the relay answers: Postfix tries 1 mail/,
		);
		expect(holds(await scene().agentStatus(), "mail.outgoing_failing")).toBe(false);
	});

	it("goes out by itself when the relay's mail server was away while the tunnel stayed up", async () => {
		await lab().relay.run(["systemctl", "stop", "postfix"]);
		await send("while the mail server is away");
		await until(
			"it is put off",
			async () => /"deferred".* refused/.test(await lab().home.run(["postqueue", "-j"])),
			patience,
		);
		await lab().relay.run(["systemctl", "start", "postfix"]);
		await arrives("while the mail server is away");
	});

	it("is left alone by an agent that finds no Postfix, nor its group, and starts all the same", async () => {
		const { home } = lab();
		expect((await home.run(["id", "-nG", "heimweg"])).split(" ")).toContain("postdrop");
		const gid = (await home.run(["getent", "group", "postdrop"])).split(":")[2]!;
		await home.run(["mv", "/usr/sbin/postconf", "/usr/sbin/postconf.away"]);
		await home.run(["groupdel", "postdrop"]);
		try {
			await home.run(["systemctl", "restart", "heimweg"]);
			await until("the tunnel is up", async () => (await scene().agentStatus()).tunnel.up, patience);
			expect(holds(await scene().agentStatus(), "mail.outgoing_failing")).toBe(false);
		} finally {
			await home.run(["mv", "/usr/sbin/postconf.away", "/usr/sbin/postconf"]);
			await home.run(["groupadd", "--system", "--gid", gid, "postdrop"]);
			await home.run(["systemd-sysusers"]);
			await home.run(["systemctl", "restart", "heimweg"]);
		}
	});

	it("is nobody else's: the relay sends nothing for the internet, whatever sender it names", async () => {
		for (const from of ["x@elsewhere.example", `anna@${domain}`, ""]) {
			const { exitCode, stdout } = await talk("internet", [
				...["--server", addresses.relay.ipv4, "--from", from || "<>", "--to", "victim@sender.test"],
			]);
			expect(exitCode, stdout).not.toBe(0);
			expect(stdout).toMatch(/<\*\* [45]5?\d+ .*Relay access denied/);
		}
	});

	it("can come from the internet to no home directly: its Postfix takes mail from the relay alone", async () => {
		const inside = await talk("home", [
			...["--server", addresses.home.ipv4, "--local-interface", addresses.home.ipv4],
			...["--from", "x@elsewhere.example", "--to", `anna@${domain}`],
		]);
		expect(inside.stdout).toMatch(/<\*\* 554 .*Client host rejected/);
	});

	describe("a domain with other letters", () => {
		const utf8 = "müller.test";
		const ascii = "xn--mller-kva.test";
		const ask = (to: string, subject?: string) =>
			sayInUtf8(lab().internet, { server: addresses.relay.ipv4, to, ...(subject ? { subject } : {}) });
		const valid = async (recipient: string) => {
			const map = "lmdb:/var/lib/heimweg-relay/maps/relay_recipients";
			return (await lab().relay.exec(["postmap", "-q", recipient, map])).exitCode === 0;
		};

		beforeAll(async () => {
			const file = homeFile(scene().keys.home.publicKey, [domain, utf8]);
			await lab().relay.write(`/etc/heimweg-relay/homes.d/${homeId}.toml`, file);
			await until("its recipients are not known yet", () => valid(`@${utf8}`), patience);
			const both = `${domain}, ${utf8}, ${ascii}, localhost`;
			await lab().home.run(["postconf", "-e", `mydestination = ${both}`]);
			await lab().home.run(["postfix", "reload"]);
			await lab().home.run(["sed", "-i", `s/^domains = .*/domains = ["${domain}", "${ascii}"]/`, config]);
			// The unit looks by itself when a file changes, and every two minutes for what changed while it looked.
			await lab().home.run(["systemctl", "start", "heimweg-recipients"]);
			await lab().home.run(["systemctl", "restart", "heimweg"]);
			await until("its recipients are known", () => valid(`anna@${utf8}`), patience);
		});

		it("is served in both forms, from the world to the mailbox", async () => {
			expect(await ask(`anna@${ascii}`)).toMatch(/^250 /);
			expect(await ask(`anna@${utf8}`, "with umlaut")).toMatch(/^250 /);
			await scene().arrives("with umlaut", { timeout: patience });
		});

		it("refuses users that do not exist, in either form, and local parts in other letters, for good", async () => {
			for (const to of [`ghost@${utf8}`, `ghost@${ascii}`, `jörg@${utf8}`, `jörg@${ascii}`, `jörg@${domain}`])
				expect(await ask(to)).toMatch(/^550 5\.1\.1 /);
		});

		it("may stand in the sender of what its home sends, in both forms, and in nobody else's", async () => {
			const inside = { server: tunnel.relay[0]!, client: tunnel.home[0]!, to: far };
			for (const from of [`anna@${utf8}`, `anna@MÜLLER.test`, `anna@${ascii}`])
				expect(await sayInUtf8(lab().home, { ...inside, from })).toMatch(/^250 /);
			expect(await sayInUtf8(lab().home, { ...inside, from: "anna@möller.test" })).toMatch(/^550 5\.7\.1 /);
		});
	});

	it("for a domain that two new homes claim waits in the world, whatever main.cf says", async () => {
		const { relay, internet } = lab();
		const restrictions = (await relay.run(["postconf", "-h", "smtpd_relay_restrictions"])).trim();
		const strict = restrictions.replace("defer_unauth_destination", "reject_unauth_destination");
		await relay.run(["postconf", "-e", `smtpd_relay_restrictions = ${strict}`]);
		await relay.run(["postfix", "reload"]);
		await relay.run(["systemctl", "stop", "heimweg-relay"]);
		for (const [id, host] of [
			["bert", 12],
			["carl", 13],
		] as const) {
			const file = `public_key = "${wireguardKeys().publicKey}"\naddresses = ["10.86.0.${host}"]\ndomains = ["contested.test"]\n`;
			await relay.write(`/etc/heimweg-relay/homes.d/${id}.toml`, file);
		}
		await relay.run(["systemctl", "start", "heimweg-relay"]);
		const maps = "lmdb:/var/lib/heimweg-relay/maps";
		const relayed = async () =>
			(await relay.exec(["postmap", "-q", "contested.test", `${maps}/relay_domains`])).exitCode === 0;
		await until("it is relayed", relayed, patience);
		const to = "x@contested.test";
		expect(await sayInUtf8(internet, { server: addresses.relay.ipv4, to })).toMatch(/^450 4\.3\.0 /);
		await relay.run(["postconf", "-e", `smtpd_relay_restrictions = ${restrictions}`]);
		await relay.run([
			"sh",
			"-c",
			"rm /etc/heimweg-relay/homes.d/bert.toml /etc/heimweg-relay/homes.d/carl.toml",
		]);
		await relay.run(["postfix", "reload"]);
	});

	it("goes its old ways again after --undo on both sides, and a second --apply finds nothing to do", async () => {
		for (const [host, program] of [
			[lab().relay, "heimweg-relay"],
			[lab().home, "heimweg"],
		] as const) {
			const look = async () => (await host.run(["postconf", "-n"])) + (await host.run(["postconf", "-M"]));
			const set = await look();
			expect((await host.exec([program, "postfix"])).exitCode).toBe(0);
			expect(await host.run([program, "postfix", "--apply"])).toBe("Postfix is set up as Heimweg needs it.");
			await host.run([program, "postfix", "--undo"]);
			expect(await look()).not.toContain("heimweg");
			expect(await look()).not.toContain(tunnel.relay[0]);
			await host.run([program, "postfix", "--apply"]);
			expect(await look()).toBe(set);
		}
	});
});
