import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { type Deb, packDeb } from "../../systemd/package/deb.ts";
import { keys, openTerminal, type Terminal } from "../pty.ts";
import { packagesOfTree } from "./built-packages.ts";
import type { Host } from "./host.ts";
import type { Lab } from "./lab.ts";
import { debian12 } from "./root-image.ts";
import { domain, installed, until } from "./scene.ts";
import {
	addedOnHost,
	aptInFolder,
	inviteOn,
	joinByFlags,
	packagesOnHost,
	readyForJoin,
	readyMailServer,
	trust,
} from "./set-up.ts";
import { describeLab, useLab } from "./use-lab.ts";

const mailbox = `anna@${domain}`;

/** A firewall as the manual of nftables has it. */
const strict = `table inet filter {
	chain input {
		type filter hook input priority 0; policy drop;
		ct state established,related accept
		iifname "lo" accept
		meta l4proto { icmp, ipv6-icmp } accept
		tcp dport 22 accept
	}
}
`;

/** Both machines drop what nobody let in. */
async function wall(host: Host, by: "nftables" | "ufw" | "firewalld"): Promise<void> {
	if (by === "nftables") await host.run(["nft", "-f", "-"], { input: strict });
	// The port of mail is closed by a rule of its owner's, which stands before ours.
	else if (by === "ufw") await host.run(["sh", "-ec", "ufw deny 25; ufw --force enable"]);
	else await host.run(["sh", "-ec", "ufw --force disable; systemctl start firewalld"]);
}

/** Who gets mail on the relay's machine before it is a relay: its own user, by a name, and as a customer's. */
const others = ["olga@old.test", "chief@alias.test", "olga@customer.test"];

/** A Postfix that serves domains of its own, by maps of its own. */
async function serveOthers(relay: Host): Promise<void> {
	await relay.run(["useradd", "--create-home", "olga"]);
	await relay.write("/etc/postfix/aliased", "chief@alias.test olga@old.test\n");
	await relay.write("/etc/postfix/customers", "customer.test local:\n");
	await relay.write("/etc/postfix/customers-users", "olga@customer.test known\n");
	await relay.run([
		...["postconf", "-e", "mydestination = $myhostname, old.test, localhost", "home_mailbox = Maildir/"],
		...["virtual_alias_domains = alias.test", "virtual_alias_maps = texthash:/etc/postfix/aliased"],
		...["relay_domains = customer.test", "relay_recipient_maps = texthash:/etc/postfix/customers-users"],
		"transport_maps = texthash:/etc/postfix/customers",
	]);
}

async function prepare(lab: Lab, by: "nftables" | "ufw"): Promise<void> {
	for (const host of [lab.relay, lab.home]) await wall(host, by);
	await readyMailServer(lab);
	await readyForJoin(lab);
}

/** Has the home join by flags alone, and prints how long that took. */
async function joinTimed(home: Host, code: string) {
	const joined = await joinByFlags(home, code);
	console.log(`join by flags, until it ended with all proofs: ${(joined.milliseconds / 1000).toFixed(1)} s`);
	return joined;
}

/** What the README has people type to install one side's packages. */
async function readmeCommand(program: string): Promise<string> {
	const text = await readFile(new URL("../../README.md", import.meta.url), "utf8");
	return new RegExp(`^(apt install \\./${program}_.*?) +#`, "m").exec(text)![1]!;
}

/** Has all packages in a folder of both machines, and one for machines of another kind. */
async function bringPackages({ relay, home }: Lab): Promise<void> {
	const folder = await packagesOfTree();
	for (const host of [relay, home]) {
		await host.copyIn(folder, packagesOnHost);
		const other = (await host.run(["dpkg", "--print-architecture"])) === "arm64" ? "amd64" : "arm64";
		const control = { Version: "24.0.0", Maintainer: "Lab <lab@package.invalid>", Description: "another" };
		const deb: Deb = { name: "heimweg-node", architecture: other, control, files: [], scripts: {} };
		await packDeb(deb, join(host.disk, packagesOnHost), 1_790_000_000, "fast");
	}
}

describeLab("from two machines with Debian 12 to the first mail", () => {
	const lab = useLab({ roots: { relay: debian12, home: debian12 } });

	it("packages, setup, invite and join are five commands", async () => {
		await bringPackages(lab());
		for (const [host, program] of [
			[lab().relay, "heimweg-relay"],
			[lab().home, "heimweg"],
		] as const) {
			expect(await aptInFolder(host, await readmeCommand(program))).toMatchObject({ exitCode: 0 });
		}
		await prepare(lab(), "ufw");
		await serveOthers(lab().relay);
		const said = await lab().relay.run(["heimweg-relay", "setup", "--yes"], { timeout: 180_000 });
		expect(said).toContain("done: open a port in ufw: ufw allow 51820/udp");
		expect(said).toContain("relay.example.net, 203.0.113.10 and its PTR agree");
		const joined = await joinTimed(lab().home, await inviteOn(lab().relay));
		expect(joined.stdout).toContain(`incoming mail: one lies in the mailbox of ${mailbox}`);
		expect(said).toContain("done: open a port in ufw: ufw prepend allow 25/tcp");
		expect(joined.stdout).toContain(
			"let the relay in, in ufw: ufw prepend allow in on hw0 to any port 25 proto tcp",
		);
		expect(joined.exitCode).toBe(0);
	}, 900_000);

	it("the domains that the relay's Postfix had before are served as before", async () => {
		const { relay, internet } = lab();
		for (const to of others) {
			const { accepted, transcript } = await internet.sendMail({ to, subject: `as before, ${to}` });
			expect(accepted, transcript).toBe(true);
			const search = ["grep", "-rqsF", `as before, ${to}`, "/home/olga/Maildir/new"];
			await until(`${to} has it`, async () => (await relay.exec(search)).exitCode === 0);
		}
		for (const to of ["stranger@old.test", "stranger@customer.test"])
			expect((await internet.sendMail({ to })).transcript).toContain("User unknown");
	});

	it("where firewalld takes ufw's place, the same two commands open their ports in that, for good", async () => {
		const { home, relay, internet } = lab();
		for (const host of [relay, home]) await wall(host, "firewalld");
		await home.run(["systemctl", "restart", "heimweg"]);
		const said = await relay.run(["heimweg-relay", "setup", "--yes"], { timeout: 180_000 });
		expect(said).toContain("done: open a port in firewalld: firewall-cmd --permanent --add-port=51820/udp");
		const again = ["env", trust, "heimweg", "join", "--yes", "--add", addedOnHost, "--mailbox", mailbox];
		expect(await home.run(again, { timeout: 180_000 })).toContain("done: let the relay in, in firewalld");
		// What the homes need, and nothing else of the relay.
		const open = await relay.run(["firewall-cmd", "--zone=block", "--list-ports"]);
		expect(open.split(" ").sort()).toEqual(["25/tcp", "51820/udp", "8686/udp", "8687/tcp", "8688/tcp"]);
		for (const host of [relay, home]) await host.run(["firewall-cmd", "--reload"]);
		// No connection of before is known to a machine whose rules are new: tunnel and mail come through as they are.
		await home.run(["systemctl", "restart", "heimweg"]);
		const { accepted, transcript } = await internet.sendMail({ to: mailbox, subject: "behind firewalld" });
		expect(accepted, transcript).toBe(true);
		await until(
			"it is in the mailbox",
			async () =>
				(await home.exec(["grep", "-rqs", "behind firewalld", "/home/anna/Maildir/new"])).exitCode === 0,
			60_000,
		);
		expect(await relay.run(["heimweg-relay", "setup", "--yes"], { timeout: 180_000 })).toContain(
			"Nothing is to be done",
		);
	}, 900_000);
});

describeLab("from two machines to the first mail", () => {
	const lab = useLab();
	const home = () => lab().home;
	const relay = () => lab().relay;

	beforeAll(async () => {
		for (const [host, side] of [
			[relay(), "relay"],
			[home(), "home"],
		] as const) {
			await installed(host, side);
		}
		await prepare(lab(), "nftables");
	});

	async function at(host: Host, ...argv: string[]): Promise<Terminal> {
		return openTerminal(await host.command(["env", "TERM=xterm", trust, ...argv]), {
			env: { PATH: process.env.PATH, TERM: "xterm" },
		});
	}

	const mails = async () =>
		(await home().exec(["grep", "-rlsF", "came through the relay", "/home/anna/Maildir/new"])).stdout
			.split("\n")
			.filter(Boolean).length;

	const invite = () => inviteOn(relay());

	it("setup ended by Ctrl-C has changed nothing", async () => {
		const terminal = await at(relay(), "heimweg-relay", "setup");
		await terminal.says("By which name");
		terminal.type(keys.enter);
		await terminal.says("Do all of this?");
		terminal.type(keys.ctrlC);
		expect(await terminal.ended).toBe(130);
		expect(await relay().run(["ls", "-A", "/etc/heimweg-relay"])).toBe("homes.d");
		expect((await relay().exec(["systemctl", "is-active", "heimweg-relay"])).stdout).toBe("inactive");
	});

	it("setup typed at a terminal makes a bare machine a relay, and shows what is proven", async () => {
		const terminal = await at(relay(), "heimweg-relay", "setup");
		await terminal.says("its PTR is relay.example.net, which leads back here");
		await terminal.says("firewall nftables (inet filter, input)");
		await terminal.says("By which name");
		terminal.type(keys.enter);
		await terminal.says("Do all of this?");
		terminal.type(keys.enter);
		await terminal.says(
			"to keep it over a restart, add to chain nftables (inet filter, input) in /etc/nftables.conf",
		);
		await terminal.says("relay.example.net, 203.0.113.10 and its PTR agree", 90_000);
		await terminal.says("Not proven:");
		expect(await terminal.ended).toBe(0);
		expect(await relay().run(["stat", "-c", "%a %U:%G", "/etc/heimweg-relay/wireguard.key"])).toBe(
			"640 root:heimweg",
		);
	}, 120_000);

	it("setup run again changes nothing", async () => {
		const files = [
			"/etc/heimweg-relay/wireguard.key",
			"/etc/heimweg-relay/relay.toml",
			"/etc/postfix/main.cf",
		];
		const before = await relay().run(["sha256sum", ...files]);
		expect(await relay().run(["heimweg-relay", "setup", "--yes"], { timeout: 60_000 })).toContain(
			"Nothing is to be done: all of it stands already.",
		);
		expect(await relay().run(["sha256sum", ...files])).toBe(before);
	}, 90_000);

	it("join typed at a terminal goes on from the code to the first mail", async () => {
		const code = await invite();
		const began = performance.now();
		const terminal = await at(home(), "heimweg", "join", "--add", addedOnHost);
		await terminal.says("Paste the code");
		terminal.type(`${code}${keys.enter}`);
		await terminal.says("This home has joined", 60_000);
		await terminal.says(/example\.org +mail +A +yes/);
		await terminal.says("The token's secret?");
		terminal.type(`none-at-all${keys.enter}`);
		await terminal.says("401");
		await terminal.says("The token's secret?");
		terminal.type(`${lab().internet.desec.token}${keys.enter}`);
		await terminal.says("valid recipients stand");
		terminal.type(keys.enter);
		await terminal.says("To which mailbox");
		terminal.type(`${"\u007f".repeat(60)}${mailbox}${keys.enter}`);
		await terminal.says("Do all of this?");
		terminal.type(keys.enter);
		await until("the mail is in the mailbox", async () => (await mails()) > 0, 60_000);
		console.log(
			`join until the first mail, typed: ${((performance.now() - began) / 1000).toFixed(1)} s (goal 20 s)`,
		);
		await terminal.says("Proven:", 90_000);
		await terminal.says(`incoming mail: one lies in the mailbox of ${mailbox}`);
		expect(await terminal.ended).toBe(0);
		expect(terminal.raw()).not.toContain(lab().internet.desec.token);
		expect(
			await home().run(["stat", "-c", "%a %U:%G", "/etc/heimweg/desec.token", "/etc/heimweg/heimweg.toml"]),
		).toBe("640 root:heimweg\n640 root:heimweg");
	}, 240_000);

	it("a mail from a stranger comes in then, and join run again changes nothing", async () => {
		const { accepted, transcript } = await lab().internet.sendMail({
			to: mailbox,
			subject: "from a stranger",
		});
		expect(accepted, transcript).toBe(true);
		await until("it is in the mailbox", async () => {
			const found = ["grep", "-rqs", "^Subject: from a stranger$", "/home/anna/Maildir/new"];
			return (await home().exec(found)).exitCode === 0;
		});
		const files = ["/etc/heimweg/heimweg.toml", "/etc/postfix/main.cf", "/etc/heimweg/desec.token"];
		const before = await home().run(["sha256sum", ...files]);
		const again = ["env", trust, "heimweg", "join", "--yes", "--add", addedOnHost, "--mailbox", mailbox];
		expect(await home().run(again, { timeout: 120_000 })).toContain("Nothing is to be done");
		expect(await home().run(["sha256sum", ...files])).toBe(before);
	}, 180_000);

	it("from the backup alone, on machines that were taken back to where they were, mail comes again", async () => {
		const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
		const typed = (side: string, archive: string) =>
			[...readme.matchAll(new RegExp(`^${side}# +(tar -C / .*${archive}.*)$`, "gm"))].map(
				([, line]) => line!,
			);
		const [keepRelay, restoreRelay] = typed("relay", "relay.tar.gz");
		const [keepHome, restoreHome] = typed("home", "home.tar.gz");
		const sh = (host: Host, script: string) =>
			host.run(["sh", "-ec", `cd /root; export ${trust}; ${script}`], { timeout: 180_000 });
		await sh(relay(), keepRelay!);
		await sh(home(), keepHome!);
		// While mail waits for a home, the relay's settings are not taken back; that may be a question of its own (sendmail -bv).
		await until("no mail waits on the relay", async () =>
			(await relay().run(["postqueue", "-p"])).includes("queue is empty"),
		);
		await sh(
			relay(),
			"systemctl disable --now heimweg-relay; heimweg-relay postfix --undo; heimweg-relay down; rm -r /etc/heimweg-relay/* /var/lib/heimweg-relay/*",
		);
		await sh(
			home(),
			"systemctl disable --now heimweg heimweg-recipients.timer heimweg-recipients.path; heimweg postfix --undo; heimweg down; rm -r /etc/heimweg/* /var/lib/heimweg/* /var/lib/heimweg-recipients/*",
		);
		const before = await mails();
		await sh(relay(), `${restoreRelay} --yes`);
		const said = await sh(home(), `${restoreHome} --yes --add ${addedOnHost} --mailbox ${mailbox}`);
		expect(said).toContain(`incoming mail: one lies in the mailbox of ${mailbox}`);
		expect(await mails()).toBe(before + 1);
	}, 300_000);

	it("without a terminal and without flags, join says what is missing before it touches anything", async () => {
		await home().run(["mv", "/etc/heimweg/heimweg.toml", "/root/heimweg.toml"]);
		const { stderr, exitCode } = await home().exec(["heimweg", "join"], { input: "hw1-x\n" });
		await home().run(["mv", "/root/heimweg.toml", "/etc/heimweg/heimweg.toml"]);
		expect([exitCode, stderr]).toEqual([64, expect.stringContaining("--yes is needed")]);
	});
});
