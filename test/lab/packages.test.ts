import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readyAnsible } from "./ansible.ts";
import type { Host } from "./host.ts";
import { type Inbox, openInbox } from "./inbox.ts";
import { lookAt, type MachineLook } from "./machine-look.ts";
import { apt, createRepositories, forget, offer, type Repositories, upgradeUnattended } from "./packages.ts";
import { countPulses } from "./pulse-count.ts";
import { debian12, debian13 } from "./root-image.ts";
import { homeSettings, relaySettings, type Scene, setScene, until } from "./scene.ts";
import { readyForJoin } from "./set-up.ts";
import { describeLab, useLab } from "./use-lab.ts";
import { allIsWell } from "./well.ts";

const first = { version: "0.1.0", revision: "1" };
const next = { version: "0.1.1", revision: "2" };

const helper = "heimweg-wireguard-go@hw0";
const show = (host: Host, unit: string, property: string) =>
	host.run(["systemctl", "show", "-P", property, unit]);

describeLab("the Debian packages", () => {
	let repositories: Repositories;

	beforeAll(async () => {
		repositories = await createRepositories(first, next);
	});
	afterAll(() => repositories?.remove());

	describe.each([
		["Debian 12", debian12],
		["Debian 13", debian13],
	] as const)("on %s", (release, root) => {
		const lab = useLab({ roots: { relay: root, home: root } });
		let scene: Scene;
		let inbox: Inbox;
		let before: Record<"home" | "relay", MachineLook>;
		let helpers: string[];

		const sides = () =>
			[
				{ side: "home", host: lab().home, program: "heimweg", config: "/etc/heimweg/heimweg.toml" },
				{
					side: "relay",
					host: lab().relay,
					program: "heimweg-relay",
					config: "/etc/heimweg-relay/relay.toml",
				},
			] as const;
		const onBoth = <T>(act: (side: ReturnType<typeof sides>[number]) => Promise<T>) =>
			Promise.all(sides().map(act));
		const helperPids = () => onBoth(({ host }) => show(host, helper, "MainPID"));

		const install = async (host: Host, side: "home" | "relay") => {
			await offer(host, repositories.first);
			await apt(host, "install", side === "home" ? "heimweg" : "heimweg-relay", "heimweg-node");
		};

		/** Has both programs run in this version. */
		const atVersion = async (wanted: string) => {
			for (const { host, program } of sides()) expect(await host.run([program, "--version"])).toBe(wanted);
			await allIsWell(scene);
		};

		beforeAll(async () => {
			inbox = await openInbox(lab().internet);
			await lab().home.run(["postconf", "-e", ...homeSettings]);
			await lab().relay.run(["postconf", "-e", ...relaySettings]);
			before = { home: await lookAt(lab().home), relay: await lookAt(lab().relay) };
			if (release === "Debian 12") scene = await setScene(lab(), { install });
			else {
				// What runs from an earlier systemd/install is taken over.
				scene = await setScene(lab());
				await allIsWell(scene);
				helpers = await helperPids();
				// An earlier version left a record alone.
				await onBoth(({ host }) => host.run(["rm", "/etc/postfix/heimweg-undo"]));
				await onBoth(({ side, host }) => install(host, side));
			}
			await allIsWell(scene);
			helpers ??= await helperPids();
		});

		it("install from a signed repository, take over what systemd/install left, and deliver mail", async () => {
			for (const { host, program } of sides()) {
				expect(await host.run([program, "--help"])).toContain(`Usage: ${program} [options] [command]`);
				const unit = await show(host, program, "FragmentPath");
				expect(unit).toMatch(new RegExp(`^(/usr)?/lib/systemd/system/${program}\\.service$`));
				expect(await host.run(["systemctl", "is-enabled", program])).toBe("enabled");
				const pid = await show(host, program, "MainPID");
				expect(await host.run(["readlink", `/proc/${pid}/exe`])).toBe("/usr/lib/heimweg/node");
				expect((await host.exec(["ls", `/usr/local/bin/${program}`])).exitCode).not.toBe(0);
				expect(await host.run(["stat", "-c", "%U %a", "/etc/postfix/heimweg-undo"])).toBe("root 700");
			}
			expect(await helperPids()).toEqual(helpers);
			await scene.deliver("by packages");
		});

		it("are refused by apt when somebody changed the repository", async () => {
			const { home } = lab();
			await home.run([
				"sh",
				"-c",
				"rm -rf /var/lib/apt/lists/*; for f in /srv/heimweg/Packages*; do echo >>$f; done",
			]);
			await expect(apt(home, "update", "-o", "APT::Update::Error-Mode=any")).rejects.toThrow(
				/unexpected size|Hash/,
			);
			await offer(home, repositories.first);
		});

		it("upgrade while mail flows both ways, and none of it waits", async () => {
			await onBoth(({ host }) => offer(host, repositories.both));
			const since = await onBoth(({ host }) => host.run(["date", "+%s"]));
			const memory: string[] = [];
			for (const { host, program } of [...sides()].reverse()) {
				let done = false;
				let sent = 0;
				const post = async () => {
					while (!done) {
						const subject = `${program} ${sent++}`;
						const mail = `Subject: ${subject}\n\nhello\n`;
						await lab().home.run(["sendmail", "-f", "anna@example.org", "world@sender.test"], {
							input: mail,
						});
						await scene.deliver(subject);
					}
				};
				const count = await countPulses(lab().home, async () => {
					const posting = post();
					try {
						await (release === "Debian 12" ? upgradeUnattended(host) : apt(host, "install", program));
						await allIsWell(scene);
					} finally {
						done = true;
						await posting;
					}
				});
				console.log(`${release}, upgrade of ${program}: ${JSON.stringify(count)}, ${sent} mails each way`);
				await until("all mail is out", async () => {
					const subjects = (await inbox.mails()).map(({ subject }) => subject);
					return subjects.filter((subject) => subject.startsWith(`${program} `)).length === sent;
				});
				const pid = await show(host, program, "MainPID");
				memory.push(`${program} ${await host.run(["sh", "-c", `grep VmRSS /proc/${pid}/status`])}`);
			}
			console.log(memory.join("; "));
			for (const [at, { host }] of sides().entries()) {
				const log = await host
					.journal("--since", `@${since[at]}`, "--grep", "status=(deferred|bounced)")
					.catch(() => "");
				expect(log.split("\n").filter((line) => line.includes("status="))).toEqual([]);
			}
			await atVersion(next.version);
			expect(await helperPids()).toEqual(helpers);
		}, 300_000);

		if (release === "Debian 12") {
			it("have needrestart leave the tunnel alone after an upgrade of libc", async () => {
				const { home } = lab();
				const libc = "/usr/lib/$(uname -m)-linux-gnu/libc.so.6";
				await home.run(["sh", "-c", `cp -p ${libc} ${libc}.new && mv ${libc}.new ${libc}`]);
				const pid = await show(home, "heimweg", "MainPID");
				const env = ["env", "DEBIAN_FRONTEND=noninteractive"];
				await home.run([...env, "needrestart", "-r", "a"], { timeout: 120_000 });
				expect(await show(home, "heimweg", "MainPID")).not.toBe(pid);
				expect(await helperPids()).toEqual(helpers);
				await allIsWell(scene);
			});
		}

		it("run on another Node as soon as heimweg-node brings one, and the tunnel stays as it is", async () => {
			for (const { host, program } of sides()) {
				const pid = await show(host, program, "MainPID");
				await apt(host, "install", "--allow-change-held-packages", "heimweg-node");
				expect(await show(host, program, "MainPID")).not.toBe(pid);
			}
			await allIsWell(scene);
			expect(await helperPids()).toEqual(helpers);
		});

		it("say in one sentence that Node is missing or too old, and are not started again and again", async () => {
			const { home } = lab();
			const path = "/usr/local/bin/node";
			await home.write(path, "#!/bin/sh\necho v18.20.4\n", 0o755);
			const nodes = "/usr/bin/nodejs /usr/bin/node /usr/lib/heimweg/node";
			const each = (script: string) => home.run(["sh", "-c", `for node in ${nodes}; do ${script}; done`]);
			await each("[ ! -e $node ] || mv $node $node.away");
			try {
				await home.exec(["systemctl", "restart", "heimweg"]);
				expect(await show(home, "heimweg", "ExecMainStatus")).toBe("78");
				expect(await show(home, "heimweg", "NRestarts")).toBe("0");
				expect(await show(home, "heimweg", "ActiveState")).toBe("failed");
				expect(await home.exec(["heimweg", "status"])).toMatchObject({
					exitCode: 78,
					stdout: "",
					stderr: `heimweg needs Node 20.19 or newer, and ${path} is v18.20.4: run "apt install heimweg-node"`,
				});
				await home.run(["rm", path]);
				const { stderr } = await home.exec(["heimweg", "status"]);
				expect(stderr).toBe(
					'heimweg needs Node 20.19 or newer, and there is none: run "apt install heimweg-node"',
				);
				await scene.deliver("while the agent does not run");
			} finally {
				await each("if [ -e $node.away ] || [ -L $node.away ]; then mv $node.away $node; fi");
				await home.run(["systemctl", "restart", "heimweg"]);
			}
			await allIsWell(scene);
		});

		it("go back by one version, and read what the newer one remembered", async () => {
			await onBoth(({ host, program }) =>
				apt(
					host,
					"install",
					"--allow-downgrades",
					`${program}=${first.version}`,
					`heimweg-common=${first.version}`,
				),
			);
			await atVersion(first.version);
			await scene.deliver("by the version before");
			expect(await helperPids()).toEqual(helpers);
		});

		it("leave everything where it is when they are removed: mail goes on, and a new install takes over", async () => {
			const settings = await onBoth(({ host }) => host.run(["postconf", "-n"]));
			await onBoth(({ host, program }) => apt(host, "remove", program, "heimweg-common", "heimweg-node"));
			for (const { host, program, config } of sides()) {
				expect(await show(host, program, "ActiveState")).toBe("inactive");
				expect((await host.exec([program, "--version"])).exitCode).toBe(127);
				await host.read(config);
			}
			expect(await onBoth(({ host }) => host.run(["postconf", "-n"]))).toEqual(settings);
			expect(await helperPids()).toEqual(helpers);
			await scene.deliver("after the packages were removed");
			await onBoth(({ host, program }) => apt(host, "install", program, "heimweg-node"));
			await atVersion(next.version);
			expect(await helperPids()).toEqual(helpers);
		});

		it("are gone without a trace after a purge in any order, and mail that waits does not go back", async () => {
			const { home, relay, internet } = lab();
			await home.run(["rm", "-r", "/etc/systemd/system/heimweg.service.d"]);
			await home.run(["systemctl", "stop", "postfix"]);
			const { accepted } = await internet.sendMail({ to: "anna@example.org", subject: "while home is gone" });
			expect(accepted).toBe(true);
			await until("it waits", async () =>
				(await relay.run(["postqueue", "-p"])).includes("anna@example.org"),
			);
			const runtimeFirst = release === "Debian 12";
			const purge = async (host: Host, program: string) => {
				if (!runtimeFirst) return apt(host, "purge", program, "heimweg-common", "heimweg-node");
				await apt(host, "remove", program);
				await apt(host, "purge", "heimweg-node", "heimweg-common");
				return apt(host, "purge", program);
			};
			const said = await purge(relay, "heimweg-relay");
			expect(said).toContain("Mail waits for example.org, and stays in Postfix's queue");
			await relay.run(["postqueue", "-f"]);
			await until("it was tried again", async () =>
				(await relay.run(["postqueue", "-p"])).includes("the way to this domain's home was taken away"),
			);
			const bounced = await relay.journal("--grep", "status=bounced").catch(() => "");
			expect(bounced).not.toContain("status=bounced");
			expect(await relay.run(["postconf", "-nh", "transport_maps"])).toBe(
				"texthash:/etc/postfix/heimweg-waiting",
			);
			await relay.run(["postconf", "-X", "transport_maps"]);
			await relay.run(["rm", "/etc/postfix/heimweg-waiting"]);
			await home.run(["systemctl", "start", "postfix"]);
			await purge(home, "heimweg");
			expect(await lookAt(relay)).toEqual(before.relay);
			expect(await lookAt(home)).toEqual(before.home);
			for (const { host } of sides())
				expect(await host.run(["getent", "passwd", "heimweg"])).toContain("heimweg");
		});

		it("are installed and purged without a word of failure where Postfix is not configured", async () => {
			for (const { host, program } of sides()) {
				await host.run(["mv", "/etc/postfix/main.cf", "/etc/postfix/main.cf.away"]);
				await apt(host, "install", program, "heimweg-node");
				await apt(host, "purge", program, "heimweg-common", "heimweg-node");
				await host.run(["mv", "/etc/postfix/main.cf.away", "/etc/postfix/main.cf"]);
			}
		});

		if (release === "Debian 12") {
			it("become a relay and a home again by Ansible, which shows no secret, and changes nothing the next time", async () => {
				await onBoth(({ host }) => forget(host));
				await readyForJoin(lab());
				const play = await readyAnsible(lab());
				const foretold = await play("--check", "--diff");
				expect(foretold.exitCode, foretold.stdout).toBe(0);
				for (const { host, program } of sides())
					expect((await host.exec([program, "--version"])).exitCode).toBe(127);
				const played = await play("-vvv", "--diff");
				expect(played.exitCode, played.stdout).toBe(0);
				expect(played.stdout).toContain("incoming mail: one lies in the mailbox of anna@example.org");
				const journals = await onBoth(({ host }) => host.journal());
				const code = /hw1-[0-9a-z]{20}/i;
				for (const text of [played.stdout, played.stderr, played.commandLines, ...journals]) {
					expect(text).not.toContain(lab().internet.desec.token);
					expect(text).not.toMatch(code);
				}
				await scene.deliver("by Ansible");
				const again = await play();
				expect(again.changed).toEqual({ "home.example.org": 0, "relay.example.net": 0 });
				expect((await play("--check")).changed).toEqual(again.changed);
			}, 900_000);
		}
	});
});
