import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { parseAddress } from "../../shared/address.ts";
import { deriveBearer } from "../../shared/protocol/bearer.ts";
import { deriveKeys } from "../../shared/protocol/keys.ts";
import { withDropIn } from "./drop-in.ts";
import type { Host } from "./host.ts";
import { mailName, until } from "./scene.ts";
import { describeLab } from "./use-lab.ts";
import { holds, useScene } from "./use-scene.ts";

describeLab("the units", () => {
	const scene = useScene();
	const home = () => scene().lab.home;
	const relay = () => scene().lab.relay;
	const sh = (host: Host, script: string) => host.run(["sh", "-c", script], { timeout: 60_000 });
	const show = (host: Host, unit: string, property: string) =>
		host.run(["systemctl", "show", "-P", property, unit]);
	const daemons = [
		["heimweg", home, 8650],
		["heimweg-relay", relay, 8651],
	] as const;
	const get = (host: Host, port: number, path: string) =>
		host.run(["curl", "-s", "-w", "\n%{http_code} %{content_type}", `http://127.0.0.1:${port}${path}`]);

	describe.each(daemons)("%s", (unit, hostOf, port) => {
		it("is exposed by 2.0 or less, runs as heimweg, and has no right but CAP_NET_ADMIN", async () => {
			const host = hostOf();
			const { stdout } = await host.exec(["systemd-analyze", "security", "--no-pager", unit]);
			const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1]);
			expect(exposure).toBeLessThanOrEqual(2.0);
			const pid = await show(host, unit, "MainPID");
			expect(await host.run(["ps", "-o", "user=", "-p", pid])).toBe("heimweg");
			const status = await host.read(`/proc/${pid}/status`);
			for (const set of ["CapEff", "CapPrm", "CapBnd", "CapAmb"])
				expect(status).toMatch(new RegExp(`^${set}:\\s*0000000000001000$`, "m"));
			expect(status).toMatch(/^NoNewPrivs:\s*1$/m);
			expect(await host.read(`/proc/${pid}/limits`)).toMatch(/^Max core file size\s+0\s+0\s/m);
		});

		it("answers about its health on the loopback only", async () => {
			const host = hostOf();
			expect(await get(host, port, "/livez")).toContain("\n200 text/plain");
			expect(await get(host, port, "/readyz")).toContain("\n200 text/plain");
			const [body, status] = (await get(host, port, "/healthz")).split(/\n(?=\d{3} )/);
			expect(status).toBe("200 application/json");
			expect(JSON.parse(body!)).toMatchObject({ mailFlows: true, ready: true });
			expect(await get(host, port, "/status")).toContain("\n404 ");
			const listening = await sh(host, `ss -Hlnt 'sport = :${port}' | awk '{ print $4 }'`);
			expect(listening).toBe(`127.0.0.1:${port}`);
		});

		it("exposes figures that Prometheus can read", async () => {
			const [text, status] = (await get(hostOf(), port, "/metrics")).split(/\n(?=\d{3} )/);
			expect(status).toBe("200 text/plain; version=0.0.4; charset=utf-8");
			const sample = /^[a-z_:][a-z0-9_:]*(\{([a-z_]+="(?:[^"\\\n]|\\.)*",?)*\})? (-?[\d.e+-]+|NaN|[+-]Inf)$/i;
			const lines = text!.split("\n").filter(Boolean);
			expect(lines.length).toBeGreaterThan(5);
			for (const line of lines)
				expect(line).toMatch(line.startsWith("#") ? /^# (HELP|TYPE) [a-z_]+ .+$/ : sample);
		});

		it("lets no other user use its socket, nor read what it keeps", async () => {
			const host = hostOf();
			const asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
			const socket = `/run/${unit}/control.sock`;
			const asked = await host.exec([...asNobody, "curl", "-s", "--unix-socket", socket, "http://x/status"]);
			expect(asked.exitCode).not.toBe(0);
			const post = await host.exec([
				...asNobody,
				"curl",
				"-s",
				"-X",
				"POST",
				"--unix-socket",
				socket,
				"http://x/accept-removals",
			]);
			expect(post.exitCode).not.toBe(0);
			expect(await sh(host, `stat -c '%a %U:%G' /run/${unit} ${socket}`)).toBe(
				"750 heimweg:heimweg\n660 heimweg:heimweg",
			);
			const status = await host.exec([...asNobody, unit, "status"]);
			expect(status.exitCode).not.toBe(0);
			expect(status.stderr).toContain("sudo");
			const modes = await sh(host, `find /var/lib/${unit} -maxdepth 1 -type f -printf '%m %u\\n' | sort -u`);
			expect(modes).toBe("600 heimweg");
		});

		it("refuses to reload a wrong configuration, says so to who asked, and takes a right one", async () => {
			const host = hostOf();
			const config = unit === "heimweg" ? "/etc/heimweg/heimweg.toml" : "/etc/heimweg-relay/relay.toml";
			const good = await host.read(config);
			const pid = await show(host, unit, "MainPID");
			try {
				await host.write(config, `colour = "red"\n${good}`);
				expect((await host.exec(["systemctl", "reload", unit])).exitCode).not.toBe(0);
				expect(await host.journal("-u", unit, "-o", "cat", "-n", "20")).toMatch(
					/colour: this key is not known; remove it or correct its spelling$/m,
				);
				expect(await get(host, port, "/readyz")).toContain("\n200 ");
				await until("the edited file is told", async () =>
					(await host.exec([unit, "status", "--json"])).stdout.includes('"config.not_read"'),
				);
				await host.write(
					config,
					`${good.replace(/^\[http\]\nlisten.*$/m, "")}\n[http]\nlisten = "127.0.0.1:8699"\n`,
				);
				await host.run(["systemctl", "reload", unit]);
				await until("it listens on the new port", async () =>
					(await get(host, 8699, "/readyz")).includes("\n200 "),
				);
			} finally {
				await host.write(config, good);
				await host.run(["systemctl", "reload", unit]);
			}
			await until("it is as it was", async () => (await get(host, port, "/readyz")).includes("\n200 "));
			expect(await show(host, unit, "MainPID")).toBe(pid);
		});

		it("is started again by systemd when it hangs", async () => {
			const host = hostOf();
			await withDropIn(host, unit, "[Service]\nWatchdogSec=6\n", async () => {
				const pid = await show(host, unit, "MainPID");
				await host.run(["kill", "-STOP", pid]);
				await until(
					"systemd has started it again",
					async () => {
						const [now, state] = [await show(host, unit, "MainPID"), await show(host, unit, "ActiveState")];
						return now !== pid && state === "active";
					},
					60_000,
				);
				expect(await show(host, unit, "NRestarts")).toBe("1");
			});
		});

		it("is ready only once the tunnel's addresses are guarded", async () => {
			const host = hostOf();
			await sh(
				host,
				'mv /usr/sbin/nft /usr/sbin/nft.real; printf \'#!/bin/sh\\ncase "$*" in *-f*) echo no >&2; exit 1;; esac\\nexec /usr/sbin/nft.real "$@"\\n\' > /usr/sbin/nft; chmod 755 /usr/sbin/nft',
			);
			try {
				await sh(
					host,
					`systemctl stop ${unit}; nft.real delete table inet heimweg; systemctl start --no-block ${unit}`,
				);
				await until("it says that it cannot guard", async () =>
					(await host.exec([unit, "status"])).stdout.includes("[guard.failing]"),
				);
				// What is looked at every ten seconds has its turn, and must not serve either.
				await sleep(11_000 - (Date.now() % 10_000));
				expect(await show(host, unit, "ActiveState")).toBe("activating");
				expect(await get(host, port, "/readyz")).toContain("\n503 ");
				expect(await get(host, port, "/healthz")).toContain("\n503 ");
				expect(await get(host, port, "/livez")).toContain("\n200 ");
				expect(await sh(host, "ss -Hlnu '( sport = :8686 )'")).toBe("");
			} finally {
				await host.run(["mv", "/usr/sbin/nft.real", "/usr/sbin/nft"]);
			}
			await until("it is ready", async () => (await show(host, unit, "ActiveState")) === "active", 60_000);
			expect(await host.run(["nft", "list", "table", "inet", "heimweg"])).toContain("made by heimweg");
		});
	});

	it("show in one line what is", async () => {
		await until("the tunnel is up", async () => (await scene().agentStatus()).tunnel.up, 60_000);
		await until(
			"the records are in sync",
			async () => (await scene().agentStatus()).records?.inSync === true,
			60_000,
		);
		const { ipv4, ipv6 } = (await scene().agentStatus()).addresses;
		await until(
			"systemd shows it",
			async () =>
				(await show(home(), "heimweg", "StatusText")) === `tunnel up, ${ipv4} and ${ipv6}, records in sync`,
		);
	});

	it("are not restarted because deSEC is silent for longer than the watchdog waits", async () => {
		const { control } = scene().lab.internet.desec;
		await control("POST", "/faults", { kind: "silence" });
		try {
			await withDropIn(home(), "heimweg", "[Service]\nWatchdogSec=6\n", async () => {
				const pid = await show(home(), "heimweg", "MainPID");
				await until(
					"the silence is reported",
					async () => holds(await scene().agentStatus(), "dns.failing"),
					60_000,
				);
				const began = performance.now();
				await until(
					"three times the watchdog's time is over",
					async () => performance.now() - began > 18_000,
					60_000,
				);
				expect(await show(home(), "heimweg", "MainPID")).toBe(pid);
				expect(await show(home(), "heimweg", "NRestarts")).toBe("0");
			});
		} finally {
			await control("DELETE", "/faults");
			await control("DELETE", "/throttle");
		}
		await until(
			"the records are in sync",
			async () => (await scene().agentStatus()).records?.inSync === true,
			90_000,
		);
	});

	it("take the token from systemd", async () => {
		const config = "/etc/heimweg/heimweg.toml";
		const good = await home().read(config);
		await sh(home(), "install -m 0600 /etc/heimweg/desec.token /root/desec.token");
		await home().write(config, good.replace("[dns]", '[dns]\ntoken_file = "credential:desec.token"'));
		try {
			await withDropIn(
				home(),
				"heimweg",
				"[Service]\nLoadCredential=desec.token:/root/desec.token\n",
				async () => {
					await until(
						"the records are in sync",
						async () => (await scene().agentStatus()).records?.inSync === true,
						60_000,
					);
					expect(await home().exec(["heimweg", "check-config"])).toMatchObject({
						exitCode: 0,
						stderr: "",
						stdout: `${config}: no problem found`,
					});
				},
				() => home().write(config, good),
			);
		} finally {
			await home().write(config, good);
		}
	});

	it("give no secret away: not in a journal, a command line, or a file that everybody can read", async () => {
		const { keys, lab } = scene();
		const told = ["wg", "ip", "nft"];
		const secrets = [
			lab.internet.desec.token,
			keys.home.privateKey,
			keys.relay.privateKey,
			deriveBearer(keys.home.privateKey, keys.relay.publicKey),
			...Object.values(deriveKeys(keys.home.privateKey, keys.relay.publicKey, "home")).flatMap(
				(key: Buffer) => [key.toString("hex"), key.toString("base64")],
			),
		];
		const pattern = secrets.join("\n");
		const sampler =
			"while :; do for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $f; echo; done 2>/dev/null; done";
		for (const host of [lab.home, lab.relay]) {
			// These come and go between two looks: they tell their command lines themselves, to the journal.
			for (const tool of told) {
				await host.write(
					`/usr/local/sbin/${tool}`,
					`#!/bin/sh\nlogger -t commandline -- "$0 $*"\nexec env PATH=/usr/sbin:/usr/bin ${tool} "$@"\n`,
					0o755,
				);
			}
			await host.run([
				"systemd-run",
				"--quiet",
				"--unit=sampler",
				"-p",
				"StandardOutput=file:/root/cmdlines",
				"sh",
				"-c",
				sampler,
			]);
		}
		await sh(lab.home, "systemctl restart heimweg");
		await sh(lab.relay, "systemctl restart heimweg-relay");
		await until("the tunnel is up", async () => (await scene().agentStatus()).tunnel.up, 60_000);
		const address = await lab.router.changeAddress();
		await until(
			"the new address is published",
			async () => (await lab.internet.dig(mailName, "A")).map((a) => parseAddress(a)).join() === address,
			60_000,
		);
		for (const host of [lab.home, lab.relay]) {
			await host.run(["systemctl", "stop", "sampler"]);
			await host.write("/root/secrets", pattern, 0o600);
			for (const tool of told) {
				await host.run(["rm", `/usr/local/sbin/${tool}`]);
				expect(await host.journal("-t", "commandline", "--grep", `/${tool} `)).not.toBe("");
			}
			expect(await sh(host, "grep -F -f /root/secrets /root/cmdlines || true")).toBe("");
			expect(await sh(host, "journalctl --no-pager -o export | grep -aF -f /root/secrets || true")).toBe("");
			const readable = await sh(
				host,
				"find /etc /run /var /tmp /home /usr/local -xdev -type f -perm -0004 -exec grep -laF -f /root/secrets {} + || true",
			);
			expect(readable).toBe("");
		}
	});

	it("write sentences with the right priority: quiet starts and stops give no warning", async () => {
		for (const [unit, hostOf] of daemons) {
			const host = hostOf();
			const invocations: string[] = [];
			// Right after each other, so that some are stopped in the middle of their work.
			for (let i = 0; i < 5; i++) {
				await host.run(["systemctl", "restart", unit]);
				invocations.push(`_SYSTEMD_INVOCATION_ID=${await show(host, unit, "InvocationID")}`);
			}
			await until("the tunnel is up", async () => (await scene().agentStatus()).tunnel.up, 60_000);
			const lines = await host.journal("-o", "json", `SYSLOG_IDENTIFIER=${unit}`, ...invocations);
			const said = lines.split("\n").map((line) => JSON.parse(line) as { MESSAGE: string; PRIORITY: string });
			expect(said.length).toBeGreaterThan(5);
			for (const { MESSAGE, PRIORITY } of said) {
				expect(MESSAGE).not.toMatch(/^[<{]/);
				// That a home names no recipients is worth a warning; nothing else is.
				expect(`${PRIORITY} ${MESSAGE}`).toMatch(/recipients/.test(MESSAGE) ? /^[46] / : /^6 /);
			}
		}
	});

	it("are ready at boot although the relay is dead, and say that mail cannot flow", async () => {
		await relay().powerCut();
		try {
			await home().reboot();
			await until(
				"the agent is ready",
				async () => (await show(home(), "heimweg", "ActiveState")) === "active",
				60_000,
			);
			await until("it says so", async () => (await get(home(), 8650, "/healthz")).includes("\n503 "), 60_000);
			const status = await home().exec(["heimweg", "status"]);
			expect(status.exitCode).toBe(1);
			expect(status.stdout).toContain("mail cannot flow");
			expect(status.stdout).toContain("[relay.tunnel_down]");
			await until("systemd shows it", async () =>
				/^tunnel down, .*1 error/.test(await show(home(), "heimweg", "StatusText")),
			);
		} finally {
			await relay().boot();
		}
		await until("the tunnel is up", async () => (await scene().agentStatus()).tunnel.up, 90_000);
		await until(
			"mail can flow",
			async () => (await get(home(), 8650, "/healthz")).includes("\n200 "),
			60_000,
		);
	});

	it("start without a network, wait, and go on when it comes", async () => {
		const unit = `[Unit]
DefaultDependencies=no
Before=heimweg.service
[Service]
Type=oneshot
ExecStart=sh -c 'ip route del default; ip -6 route del default'
[Install]
WantedBy=multi-user.target
`;
		await home().write("/etc/systemd/system/no-network.service", unit);
		await home().run(["systemctl", "enable", "no-network"]);
		try {
			await home().reboot();
			await until(
				"the agent is ready",
				async () => (await show(home(), "heimweg", "ActiveState")) === "active",
				60_000,
			);
			await until(
				"it says so",
				async () => {
					const status = await scene().agentStatus();
					return holds(status, "relay.line_down") || holds(status, "relay.tunnel_failing");
				},
				60_000,
			);
			expect((await home().exec(["heimweg", "status"])).exitCode).toBe(1);
		} finally {
			await sh(
				home(),
				"systemctl disable no-network; ip route add default via 192.168.178.1; ip -6 route add default via fe80::1 dev eth0",
			);
		}
		await until("the tunnel is up", async () => (await scene().agentStatus()).tunnel.up, 60_000);
		await until(
			"nothing is wrong",
			async () => (await home().exec(["heimweg", "status"])).exitCode === 0,
			90_000,
		);
	});
});
