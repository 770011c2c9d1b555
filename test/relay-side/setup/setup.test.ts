import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { relay } from "../../../relay-side/relay.ts";
import { setUp } from "../../../relay-side/setup/command.ts";
import type { SetupOptions } from "../../../relay-side/setup/options.ts";
import { CommandError, type RunCommand } from "../../../shared/command.ts";
import { loadConfig, parseConfig } from "../../../shared/config.ts";
import { composedSide } from "../../../shared/postfix/compose.ts";
import { configSchema } from "../../../shared/program-kind.ts";
import { createPrompt } from "../../../shared/prompt.ts";
import { wireguardKeys } from "../../lab/scene.ts";
import { type FakePostfix, fakePostfix } from "../postfix/fake-postfix.ts";

let folder: string;
let postfix: FakePostfix;
let config: string;
let active: boolean;
let said: string[];
let done: string[];
let ptr: string;
/** What homes reach through the tunnel alone. */
const inside = ["8686 proto udp", "8687 proto tcp", "8688 proto tcp"].map(
	(port) => `ufw allow in on hw0 to any port ${port}`,
);
let lacks: string[];
let ufw: string;
/** Milliseconds that the daemon has run. */
let runs: number;
let heard: string;
/** After so many commands that change something, the program is killed. */
let lives: number;

beforeEach(bareMachine);

async function bareMachine(): Promise<void> {
	const made = await mkdtemp(join(tmpdir(), "heimweg-setup-"));
	onTestFinished(() => rm(made, { recursive: true }));
	folder = made;
	await mkdir(join(folder, "etc"));
	postfix = fakePostfix(
		join(folder, "etc"),
		"myhostname = vps17.hoster.example\nalias_maps = hash:/etc/aliases\nalias_database = hash:/etc/aliases\n",
	);
	config = join(folder, "relay.toml");
	active = false;
	said = [];
	done = [];
	ptr = "relay.example.net";
	lacks = [];
	ufw = "Status: active\n";
	[runs, heard, lives] = [0, "0.0.0.0:25", Number.POSITIVE_INFINITY];
}

const answers: Record<string, string> = {
	"ip -j -4 route get 192.0.2.1": '[{"dst":"192.0.2.1","prefsrc":"203.0.113.10","dev":"eth0"}]',
	"ip -j -4 address show": '[{"ifname":"eth0","addr_info":[{"local":"203.0.113.10","scope":"global"}]}]',
	"ip -j -4 route show table all": '[{"dst":"203.0.113.0/24","dev":"eth0"}]',
	"ip -j -6 route show table all": "[]",
	"id -g heimweg": String(process.getgid?.()),
	"modprobe --dry-run --quiet wireguard": "",
};

let killed: () => Promise<never>;

/** A machine with Postfix, WireGuard, ufw and systemd. */
const run: RunCommand = async (command, args, options) => {
	const line = [command, ...args].join(" ");
	if (
		/^(postconf -[eMP] .*=|postfix reload|setpriv|ufw allow|systemctl (?!is-|show))/.test(line) &&
		lives-- <= 0
	)
		return killed();
	if (line === "ufw status verbose") return ufw;
	if (line in answers) return answers[line]!;
	if (line === "postconf -m") return "hash\nlmdb\n";
	if (line === "postconf -hx mydestination") return "vps17.hoster.example, hoster.example, localhost";
	if (line === "postconf -h myhostname") return postfix.main().get("myhostname") ?? "";
	if (line === "postconf -h inet_interfaces") return postfix.main().get("inet_interfaces") ?? "all";
	if (line === "wg genkey") return wireguardKeys().privateKey;
	if (command === "ss") return `LISTEN 0 100 ${heard} 0.0.0.0:*`;
	if (line === "postconf -hx inet_interfaces") return postfix.main().get("inet_interfaces") ?? "all";
	if (command === "systemctl" && args[0] === "show")
		return String(Number(process.hrtime.bigint() / 1_000n) - runs * 1_000);
	if (command === "systemctl") {
		if (args[0] === "is-active" || args[0] === "is-enabled") {
			if (!active) throw new CommandError(command, "inactive", { exitCode: 3 });
			return "";
		}
		done.push(line);
		active = true;
		return "";
	}
	if (command === "ufw" && args[0] === "allow") {
		done.push(line);
		const [, port = ""] = args.includes("on") ? ["", `${args.at(-3)}/${args.at(-1)} on hw0`] : args;
		ufw += `${port}    ALLOW IN    Anywhere\n`;
		return "";
	}
	if (["postconf", "postmap", "postfix", "setpriv", "mkdir", "install", "chmod", "id"].includes(command))
		return postfix.run(command, args, options);
	throw new CommandError(command, `no ${line} here`, { missing: true });
};

const parse = (name: string, text: string) =>
	parseConfig(name, text.replaceAll('"/etc', `"${folder}/etc`), configSchema(relay));

/** As `relay.parse`, with everything in this test's folder. */
function inFolder<T extends { tunnel: { private_key_file: string }; postfix: { maps_dir: string } }>(
	read: T,
): T {
	read.tunnel.private_key_file = join(folder, "wireguard.key");
	read.postfix.maps_dir = join(folder, "maps");
	return read;
}

function setup(options: Partial<SetupOptions> = {}, uid = 0) {
	said = [];
	done = [];
	return setUp(
		{ config, yes: true, ...options },
		{
			run,
			prompt: createPrompt({ all: options.yes ?? true }),
			line: {
				parse: (name, text) => inFolder(parse(name, text) as never),
				knows: () => false,
				postfix: (read, as = run) => composedSide("heimweg-relay", relay.parts, read, as),
				status: async () => ({ known: {}, text: "heimweg-relay: mail can flow\n" }),
			},
			internet: {
				resolver: {
					reverse: async () => [ptr],
					resolve4: async (name) => (name === "relay.example.net" ? ["203.0.113.10"] : ["198.51.100.25"]),
					resolve6: async () => [],
					resolveMx: async () => [{ exchange: "mx.large.example", priority: 5 }],
				},
				greeting: async () => undefined,
			},
			lacks: async () => lacks,
			say: (line) => void said.push(line),
			uid,
		},
	);
}

test("a bare relay is set up: key, relay.toml, Postfix, firewall and unit, by the name that its PTR proves", async () => {
	expect(await setup()).toBe(0);
	const { tunnel } = await loadConfig(config, configSchema(relay));
	expect(tunnel.networks).toHaveLength(2);
	expect((await readFile(join(folder, "wireguard.key"), "utf8")).trim()).toHaveLength(44);
	expect((await stat(join(folder, "wireguard.key"))).mode & 0o777).toBe(0o640);
	expect((await stat(config)).mode & 0o777).toBe(0o640);
	const main = postfix.main();
	expect(main.get("myhostname")).toBe("relay.example.net");
	expect(main.get("transport_maps")).toBe(`lmdb:${folder}/maps/transport`);
	expect(done).toEqual([
		"ufw allow 25/tcp",
		"ufw allow 51820/udp",
		...inside,
		"systemctl enable --now heimweg-relay",
	]);
	const text = said.join("\n");
	expect(text).toContain("its PTR is relay.example.net, which leads back here");
	expect(text).toContain("mail may leave: mx.large.example greets on port 25");
	expect(text).toContain("Postfix keeps mail for hoster.example on this machine");
	expect(text).toContain("relay.example.net, 203.0.113.10 and its PTR agree");
	expect(text).toMatch(/Not proven:\n\s+that the internet gets through to TCP port 25 and UDP port 51820/);
	expect(text).toContain("Next: heimweg-relay invite");
	// What is set is shown with its reason alone.
	expect(text).not.toContain("transport_maps:");
});

test("run again it changes nothing, and a key or a file that is there stays as it is", async () => {
	await setup();
	const kept = [
		config,
		join(folder, "wireguard.key"),
		join(folder, "etc/main.cf"),
		join(folder, "etc/master.cf"),
	];
	const before = await Promise.all(kept.map((file) => readFile(file, "utf8")));
	expect(await setup({ host: "relay.example.net" })).toBe(0);
	expect(done).toEqual([]);
	expect(said).toContain("\nNothing is to be done: all of it stands already.");
	expect(await Promise.all(kept.map((file) => readFile(file, "utf8")))).toEqual(before);
});

test("a dry run shows what there is to do and touches nothing, and its status says whether there is something", async () => {
	const before = postfix.main();
	expect(await setup({ dryRun: true })).toBe(1);
	expect(said.join("\n")).toContain("make the relay's key");
	expect(done).toEqual([]);
	expect(postfix.main()).toEqual(before);
	await expect(readFile(config)).rejects.toThrow("ENOENT");
	await setup();
	expect(await setup({ dryRun: true })).toBe(0);
	expect(done).toEqual([]);
});

test("a power cut after any of its steps leaves what a second run completes", async () => {
	const key = wireguardKeys().privateKey;
	await writeFile(join(folder, "wireguard.key"), `${key}\n`, { mode: 0o640 });
	expect(await setup()).toBe(0);
	expect(await readFile(join(folder, "wireguard.key"), "utf8")).toBe(`${key}\n`);
	await rm(config);
	expect(await setup()).toBe(0);
	expect(await readFile(join(folder, "wireguard.key"), "utf8")).toBe(`${key}\n`);
	expect(parse("relay.toml", await readFile(config, "utf8")).tunnel.networks).toHaveLength(2);
});

test("killed before any command, it is completed by the next run, and Postfix has read its settings", async () => {
	const networks = "10.77.0.0/24,fd77:1:2::/64";
	const settings = () => JSON.stringify([[...postfix.main()], postfix.master()]).replaceAll(folder, "");
	await setup({ networks });
	const whole = settings();
	let cuts = 0;
	for (let end = false; !end; cuts++) {
		await bareMachine();
		const kill = new Promise<"killed">((resolve) => {
			killed = () => {
				resolve("killed");
				return new Promise(() => {});
			};
		});
		lives = cuts;
		end = (await Promise.race([setup({ networks }), kill])) !== "killed";
		lives = Number.POSITIVE_INFINITY;
		expect(await setup({ networks })).toBe(0);
		expect(settings()).toBe(whole);
		expect(postfix.isCurrent(), `killed after ${cuts}`).toBe(true);
		expect(await setup({ dryRun: true })).toBe(0);
	}
	expect(cuts).toBeGreaterThan(25);
});

test("a daemon and a Postfix that an interrupted run did not restart are restarted by the next one", async () => {
	await setup();
	runs = 3_600_000;
	expect(await setup()).toBe(0);
	expect(done).toEqual(["systemctl restart heimweg-relay"]);
	[runs, heard] = [0, "127.0.0.1:25"];
	expect(await setup()).toBe(0);
	expect(done).toEqual(["systemctl try-restart postfix"]);
});

test("networks of one's own are taken, and ones that are none are refused before anything is touched", async () => {
	expect(await setup({ networks: "10.77.0.0/24, fd77:1:2::/64" })).toBe(0);
	expect(await readFile(config, "utf8")).toContain('addresses = ["10.77.0.1", "fd77:1:2::1"]');
	await rm(config);
	await expect(setup({ networks: "10.77.0.5/24" })).rejects.toThrow("has bits set behind its length");
	await expect(readFile(config)).rejects.toThrow("ENOENT");
});

test("without a terminal and without --yes it says which flag is missing, and touches nothing", async () => {
	await expect(setup({ yes: false })).rejects.toThrow(
		"--host NAME is needed: there is no terminal to ask on",
	);
	await expect(setup({ yes: false, host: "relay.example.net" })).rejects.toThrow("--yes is needed");
	expect(done).toEqual([]);
	await expect(readFile(config)).rejects.toThrow("ENOENT");
});

test("with nothing to propose the name is asked for, and a wrong one refused", async () => {
	ptr = "";
	postfix.run("postconf", ["-e", "myhostname=debian.localdomain"]);
	await expect(setup()).rejects.toThrow("--host NAME is needed");
	await expect(setup({ host: "Relay" })).rejects.toThrow("expected a host name like relay.example.net");
});

test("what only root may do, a file that is wrong and a Postfix that is none are told at once", async () => {
	await expect(setup({}, 1000)).rejects.toThrow("only root may set a relay up");
	lacks = [
		'this kernel has no WireGuard, and /usr/bin/wireguard-go is missing: run "apt install wireguard-go"',
	];
	await expect(setup()).rejects.toThrow("wireguard-go is missing");
	lacks = [];
	await writeFile(config, "[tunnel]\ncolour = 1\n");
	await expect(setup()).rejects.toThrow("colour: this key is not known");
});

test("with --verbose each setting is shown as it was and as it will be", async () => {
	await setup({ verbose: true });
	expect(said.join("\n")).toMatch(
		/main\.cf, myhostname: .*\n\s+- vps17\.hoster\.example\n\s+\+ relay\.example\.net/,
	);
});
