import { beforeAll, describe, expect, it } from "vitest";
import type { Host } from "./host.ts";
import { type Scene, setScene, until } from "./scene.ts";
import { describeLab, useLab } from "./use-lab.ts";

interface Case {
	/** What is wrong, as the end of "with ...". */
	what: string;
	/** Shell commands that make it wrong, and right again. The folder in /etc is put back by itself. */
	spoil: string;
	mend?: string;
	/** Every sentence that must be said, in any order. */
	says: Array<string | RegExp>;
	/** What only check-config says, as the daemon would come to it later. */
	checkSays?: string[];
}

/** Makes a port busy with a process of the host's own; `idle` ends it. */
const busy = (kind: "tcp" | "udp", where: string) =>
	`systemd-run --quiet --unit=busy node -e '${
		kind === "udp"
			? `require("dgram").createSocket("udp4").bind(${where})`
			: `require("http").createServer().listen(${where})`
	}'; for i in $(seq 100); do ss -Hlntu | grep -q -e ':${where.split(",")[0]} ' && break; sleep 0.1; done`;
const idle = "systemctl stop busy";

const hidden = (program: string) => ({
	spoil: `mv "$(command -v ${program})" /root/${program}.away`,
	mend: `mv /root/${program}.away /usr/sbin/${program}`,
});

/** What is the same for both programs. `config` is the path of the config file, `folder` its folder. */
function commonCases(config: string, folder: string, listen: number): Case[] {
	const name = config.slice(folder.length + 1);
	const key = `${folder}/wireguard.key`;
	return [
		{
			what: "unknown keys and wrong values",
			spoil: `sed -i '1i colour = "red"' ${config}; printf '[http]\\nlisten = "127.0.0.1:99999"\\n[log]\\nlevel = "loud"\\n' >> ${config}`,
			says: [
				`${name}: colour: this key is not known; remove it or correct its spelling`,
				`${name}: http.listen: expected a port from 1 to 65535, got "127.0.0.1:99999"`,
				`${name}: log.level: expected "error" or "warn" or "info" or "debug", got "loud"`,
			],
		},
		{
			what: "no config file",
			spoil: `rm ${config}`,
			says: [
				`${config}: cannot be read: there is no such file; ${
					name === "relay.toml"
						? 'this relay is not set up yet: run "heimweg-relay setup"'
						: 'this home is not set up yet: run "heimweg-relay invite HOME DOMAIN" on the relay, then "heimweg join" here'
				}`,
			],
		},
		{
			what: "a folder as config file",
			spoil: `rm ${config}; mkdir ${config}`,
			says: [`${config}: cannot be read: it is a folder, a device or a pipe, and not a file`],
		},
		{
			what: "a config file of 64 MiB",
			spoil: `truncate -s 64M ${config}`,
			says: [`${config}: cannot be read: it has 67108864 bytes, and at most 1048576 make sense`],
		},
		{
			what: "a config file that is no TOML",
			spoil: `head -c 4096 /bin/sh > ${config}`,
			says: [new RegExp(`^${name}: line \\d+, column \\d+: not valid TOML: `)],
		},
		{
			what: "a config file that its user cannot read",
			spoil: `chown root:root ${config}; chmod 0600 ${config}`,
			says: [new RegExp(`^${config}: cannot be read: permission denied: run "chown root:heimweg ${config}"`)],
		},
		{
			what: "a key that its user cannot read",
			spoil: `chown root:root ${key}; chmod 0600 ${key}`,
			says: [
				new RegExp(
					`^tunnel.private_key_file: cannot read ${key} \\(permission denied\\): run "chown root:heimweg ${key}"`,
				),
			],
		},
		{
			what: "a key that everybody can read",
			spoil: `chmod 0644 ${key}`,
			says: [`tunnel.private_key_file: ${key} can be read by everybody (mode 0644): run "chmod o= ${key}"`],
		},
		{
			what: "a key that is none",
			spoil: `echo hunter2 > ${key}`,
			says: [
				`tunnel.private_key_file: ${key} holds no WireGuard key: expected 44 characters, as "wg genkey" prints it`,
			],
		},
		{
			what: "an empty key, no wg, and a busy port, all at once",
			spoil: `: > ${key}; ${hidden("wg").spoil}; ${busy("tcp", `${listen},"127.0.0.1"`)}`,
			mend: `mv /root/wg.away /usr/bin/wg; ${idle}`,
			says: [
				`tunnel.private_key_file: ${key} is empty: write the secret into it, in one line`,
				'the program wg is needed and was not found: run "apt install wireguard-tools"',
			],
			checkSays: [`http.listen: 127.0.0.1:${listen} is in use by another program: choose another port`],
		},
		{
			what: "no nft",
			...hidden("nft"),
			says: ['the program nft is needed and was not found: run "apt install nftables"'],
		},
		{
			what: "somebody else's veth named hw0",
			spoil: "ip link add hw0 type veth peer name hw0-peer",
			mend: "ip link del hw0",
			says: [
				'tunnel.interface: there is an interface hw0 (kind veth) that heimweg did not make: choose another name, or remove it with "ip link del hw0"',
			],
		},
		{
			what: "somebody else's tun named hw0",
			spoil: "ip tuntap add dev hw0 mode tun",
			mend: "ip link del hw0",
			says: [
				'tunnel.interface: there is an interface hw0 (kind tun) that heimweg did not make: choose another name, or remove it with "ip link del hw0"',
			],
		},
		{
			what: "somebody else's table inet heimweg",
			spoil: "nft add table inet heimweg",
			mend: "nft delete table inet heimweg",
			says: [
				'nftables: there is a table "inet heimweg" that heimweg did not make: rename it, or run "nft delete table inet heimweg"',
			],
		},
		{
			what: "a tunnel network that the LAN uses, too",
			spoil: "ip address add 10.86.0.77/24 dev eth0",
			mend: "ip address del 10.86.0.77/24 dev eth0",
			says: [
				"tunnel.networks: 10.86.0.0/24 overlaps the local route 10.86.0.0/24 on eth0: choose another tunnel network on both sides, or renumber the local one",
			],
		},
	];
}

const agentCases: Case[] = [
	{
		what: "a token that everybody can read",
		spoil: "chmod 0644 /etc/heimweg/desec.token",
		says: [
			'dns.token_file: /etc/heimweg/desec.token can be read by everybody (mode 0644): run "chmod o= /etc/heimweg/desec.token"',
		],
	},
	{
		what: "wrong addresses, keys and domains",
		spoil: `sed -i 's/^public_key.*/public_key = "abc"/; s/"10.86.0.2"/"10.86.0.300"/; s/^names.*/names = ["Mail.Example.ORG"]/' /etc/heimweg/heimweg.toml`,
		says: [
			'heimweg.toml: relays.0.public_key: expected a WireGuard public key of 44 characters, as "wg pubkey" prints it, got "abc"',
			'heimweg.toml: tunnel.addresses.0: "10.86.0.300" is not an IP address',
			'heimweg.toml: dns.names.0: expected a host name in small letters, umlauts in their xn-- form, got "Mail.Example.ORG"',
		],
	},
];

const relayCases: Case[] = [
	{
		what: "no postmap",
		...hidden("postmap"),
		says: ['the program postmap is needed and was not found: run "apt install postfix"'],
	},
	...(
		[
			["pulse.port", "udp", 8686],
			["checkin.port", "tcp", 8687],
			["tunnel.listen_port", "udp", 51820],
		] as const
	).map(([key, kind, port]) => ({
		// By itself it is a condition: whoever may hold a port must not keep the daemon from starting.
		what: `an empty key, and a port for ${key} that another program has`,
		spoil: `: > /etc/heimweg-relay/wireguard.key; ${busy(kind, String(port))}`,
		mend: idle,
		says: [
			"tunnel.private_key_file: /etc/heimweg-relay/wireguard.key is empty: write the secret into it, in one line",
		],
		checkSays: [
			`${key}: ${kind.toUpperCase()} port ${port} is in use by another program: end it ("ss -ln${kind[0]}p" as root shows it), or choose another port here and at every home`,
		],
	})),
];

describeLab("with bad input", () => {
	const lab = useLab();
	let scene: Scene;
	beforeAll(async () => {
		scene = await setScene(lab(), { start: false });
	});

	const sh = (host: Host, script: string) => host.run(["sh", "-c", script], { timeout: 60_000 });

	/** What must be as it was: interfaces, tables, what is remembered, and what deSEC was asked. */
	async function world(host: Host): Promise<string> {
		const seen = await sh(
			host,
			// wireguard-go's own unit makes the device; it stays blank.
			"ip -br address | grep -v '^hw0 *DOWN *$'; nft list ruleset; find /var/lib/heimweg /var/lib/heimweg-relay -type f 2>/dev/null || true",
		);
		return `${seen}\n${((await lab().internet.desec.control("GET", "/requests")) as unknown[]).length} requests`;
	}

	const fits = (line: string, wanted: string | RegExp) =>
		typeof wanted === "string" ? line === wanted : wanted.test(line);

	function refuses(program: "heimweg" | "heimweg-relay", hostOf: () => Host, cases: Case[]): void {
		describe(program, () => {
			const folder = `/etc/${program}`;
			for (const { what, spoil, mend = "", says, checkSays = [] } of cases) {
				it(`says what to do and stays down, untouched, with ${what}`, async () => {
					const host = hostOf();
					await sh(host, `rm -rf /root/etc && cp -a ${folder} /root/etc`);
					try {
						await sh(host, spoil);
						const before = await world(host);
						const { exitCode } = await host.exec(["systemctl", "start", program]);
						expect(exitCode).toBe(1);
						const shown = await sh(host, `systemctl show ${program} -p ExecMainStatus,ActiveState,NRestarts`);
						expect(shown.split("\n").sort()).toEqual([
							"ActiveState=failed",
							"ExecMainStatus=78",
							"NRestarts=0",
						]);

						const invocation = await sh(host, `systemctl show -P InvocationID ${program}`);
						const read = () =>
							host.journal(
								"-o",
								"json",
								`SYSLOG_IDENTIFIER=${program}`,
								`_SYSTEMD_INVOCATION_ID=${invocation}`,
							);
						// journald may write what a unit said last a moment after its end.
						const howMany = async () => (await read()).split("\n").filter(Boolean).length;
						await expect
							.poll(howMany, { timeout: 20_000, interval: 200 })
							.toBeGreaterThanOrEqual(says.length);
						const journal = await read();
						const said = journal.split("\n").map((line) => JSON.parse(line) as Record<string, string>);
						expect([...new Set(said.map((line) => line.PRIORITY))]).toEqual(["3"]);
						const sentences = said.map((line) => line.MESSAGE ?? "");
						for (const wanted of says)
							expect(sentences).toContainEqual(expect.toSatisfy((s) => fits(s, wanted)));
						expect(sentences.length).toBe(says.length);
						const { stdout: status } = await host.exec([
							"systemctl",
							"status",
							"--full",
							"--no-pager",
							program,
						]);
						for (const sentence of sentences) expect(status).toContain(sentence);

						const check = await host.exec([program, "check-config"]);
						expect(check.exitCode).toBe(78);
						const lines = check.stderr.split("\n");
						for (const wanted of [...says, ...checkSays])
							expect(lines).toContainEqual(expect.toSatisfy((s) => fits(s, wanted)));
						expect(await world(host)).toBe(before);
					} finally {
						await sh(host, `rm -rf ${folder} && cp -a /root/etc ${folder}; ${mend}`);
						await host.exec(["systemctl", "stop", "heimweg-wireguard-go@hw0"]);
						await host.exec(["systemctl", "reset-failed", program]);
					}
				});
			}

			it("needs the right to set up the network, and says so to somebody without it", async () => {
				const host = hostOf();
				await sh(
					host,
					`install -d -o nobody /tmp/nobody && cp ${folder}/*.toml ${folder}/*.key /tmp/nobody/`,
				);
				await sh(host, "chown -R nobody /tmp/nobody && chmod 0600 /tmp/nobody/*");
				const config = program === "heimweg" ? "heimweg.toml" : "relay.toml";
				await sh(
					host,
					`sed -i 's|^\\[tunnel\\]|[tunnel]\\nprivate_key_file = "/tmp/nobody/wireguard.key"|; /^\\[dns\\]/,/^$/d' /tmp/nobody/${config}`,
				);
				const asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
				const run = await host.exec([...asNobody, program, "run", "--config", `/tmp/nobody/${config}`]);
				expect(run.exitCode).toBe(78);
				expect(run.stdout + run.stderr).toContain(
					"no privileges: the right to set up the network (CAP_NET_ADMIN) is needed",
				);
			});

			it("tells a wrong command line from everything else", async () => {
				const host = hostOf();
				for (const wrong of [["frobnicate"], ["status", "--frobnicate"], ["check-config", "a", "b"]]) {
					const { exitCode, stderr } = await host.exec([program, ...wrong]);
					expect(exitCode).toBe(64);
					expect(stderr).toContain("--help");
				}
				for (const command of [[], ["run"], ["status"], ["check-config"], ["down"]]) {
					const { exitCode, stdout } = await host.exec([program, ...command, "--help"]);
					expect(exitCode).toBe(0);
					expect(stdout).toContain(`Usage: ${[program, ...command].join(" ")}`);
				}
				expect(await host.run([program, "--version"])).toMatch(/^\d+\.\d+\.\d+$/);
				const status = await host.exec([program, "status"]);
				expect(status.exitCode).toBe(3);
				expect(status.stderr).toContain(`run "systemctl start ${program}"`);
			});
		});
	}

	refuses("heimweg", () => lab().home, [
		...commonCases("/etc/heimweg/heimweg.toml", "/etc/heimweg", 8650),
		...agentCases,
	]);
	refuses("heimweg-relay", () => lab().relay, [
		...commonCases("/etc/heimweg-relay/relay.toml", "/etc/heimweg-relay", 8651),
		...relayCases,
	]);

	describe("from deSEC", () => {
		const pid = () => lab().home.run(["systemctl", "show", "-P", "MainPID", "heimweg"]);
		const failing = async () =>
			(await scene.agentStatus()).conditions.find((condition) => condition.code === "dns.failing");
		const inSync = async () => (await scene.agentStatus()).records?.inSync === true;

		beforeAll(async () => {
			await lab().relay.run(["systemctl", "start", "heimweg-relay"]);
			await lab().home.run(["systemctl", "start", "heimweg"]);
			await until("the records are in sync", inSync, 60_000);
		});

		it.each([
			["malformed", { kind: "malformed" }, /expected whole JSON, but what came is/],
			[
				"of another kind than expected",
				{ kind: "body", text: "[[[1e999]]]" },
				/expected deSEC's JSON \(at 0: expected object/,
			],
			["a web page", { kind: "html" }, /what came is a web page/],
			["huge", { kind: "huge" }, /the answer is larger than 2 MiB/],
			["endless", { kind: "endless" }, /the answer is larger than 2 MiB/],
			["far too slow", { kind: "slow", ms: 60_000 }, /nothing whole within 10 s/],
		])(
			"an answer that is %s is reported in words and bounded, and is over when it is over",
			async (_, fault, words) => {
				const { control } = lab().internet.desec;
				const before = await pid();
				await control("POST", "/faults", { ...fault, on: ["read", "write", "dyndns"] });
				try {
					await control("DELETE", "/throttle");
					await lab().home.run(["systemctl", "reload", "heimweg"]);
					await until("it is reported", async () => words.test((await failing())?.text ?? ""), 60_000);
					expect((await failing())?.remedy).not.toBe("");
					expect((await lab().home.exec(["heimweg", "status"])).exitCode).toBe(1);
				} finally {
					await control("DELETE", "/faults");
				}
				await control("DELETE", "/throttle");
				await until("it is over", inSync, 90_000);
				expect(await failing()).toBeUndefined();
				expect(await pid()).toBe(before);
				const resident = await sh(lab().home, `grep -Po '^VmRSS:\\s*\\K\\d+' /proc/${before}/status`);
				expect(Number(resident)).toBeLessThan(200_000);
			},
		);
	});
});
