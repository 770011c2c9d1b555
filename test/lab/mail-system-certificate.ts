import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { authorityOnHosts, certify } from "./certificates.ts";
import { account } from "./mail-clients.ts";
import { firstMailHome } from "./mail-home.ts";
import { addresses } from "./network.ts";
import { mailName, until } from "./scene.ts";
import type { MailSystem } from "./use-mail-system.ts";

/** The README's hook, word for word. */
const hook = `#!/bin/sh -e
install -d -m 0755 /etc/ssl/mail
install -m 0600 "$LEGO_CERT_KEY_PATH" /etc/ssl/mail/privkey.pem
install -m 0644 "$LEGO_CERT_PATH" /etc/ssl/mail/fullchain.pem
systemctl reload postfix dovecot
`;

/** The certificate of the home's name, from an authority that speaks ACME (RFC 8555), by a record at deSEC. */
export function certificateByDns(system: () => MailSystem): void {
	describe("the home's certificate", () => {
		const lab = () => system().lab;
		const anna = account(firstMailHome, "anna");
		const directory = "https://acme.test:14000/dir";

		async function shown(port: number): Promise<{ issuer: string; serial: string }> {
			const text = await system().clients.tls(anna, port);
			const pem = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/.exec(text)?.[0] ?? "";
			const argv = ["openssl", "x509", "-noout", "-issuer", "-serial"];
			const { stdout } = await lab().internet.exec(argv, { input: `${pem}\n` });
			return { issuer: /issuer=(.*)/.exec(stdout)?.[1] ?? "", serial: /serial=(.*)/.exec(stdout)?.[1] ?? "" };
		}

		const lego = (...words: string[]) =>
			lab().home.run(
				[
					...["env", `DESEC_TOKEN=${lab().internet.desec.token}`, `LEGO_CA_CERTIFICATES=${authorityOnHosts}`],
					...[
						"DESEC_POLLING_INTERVAL=1",
						"lego",
						"--server",
						directory,
						"--path",
						"/etc/lego",
						"--dns",
						"desec",
					],
					...["--accept-tos", "--email", "me@elsewhere.example", "--domains", mailName, ...words],
				],
				{ timeout: 90_000 },
			);

		beforeAll(async () => {
			const { internet, home, run } = lab();
			const made = await certify(internet.certificates, run.folder, "acme", ["acme.test"]);
			const at = addresses.services.ipv4;
			const config = {
				pebble: {
					...{ listenAddress: `${at}:14000`, managementListenAddress: `${at}:15000` },
					...{ certificate: "/tmp/acme.pem", privateKey: "/tmp/acme.key", httpPort: 80, tlsPort: 443 },
				},
			};
			const put = (path: string, text: string) =>
				internet.exec(["sh", "-c", 'cat >"$1"', "sh", path], { input: text });
			await put("/tmp/acme.pem", await readFile(made.certificate, "utf8"));
			await put("/tmp/acme.key", await readFile(made.key, "utf8"));
			await put("/tmp/acme.json", JSON.stringify(config));
			const start = `PEBBLE_VA_NOSLEEP=1 setsid pebble -config /tmp/acme.json -dnsserver ${at}:53 </dev/null >/tmp/acme.log 2>&1 &`;
			await internet.exec(["sh", "-c", start]);
			await home.run(["sh", "-c", `echo '${at} acme.test desec.io' >>/etc/hosts`]);
			await home.write("/usr/local/sbin/mail-certificate", hook, 0o700);
			await until("the authority serves", async () => {
				const { exitCode } = await home.exec([...["curl", "--silent", "--fail", directory]]);
				return exitCode === 0;
			});
		});

		it("comes from an ACME server by a record at deSEC, and both servers show it without a restart", async () => {
			await lego("run", "--run-hook", "/usr/local/sbin/mail-certificate");
			for (const port of [465, 993])
				await until(`port ${port} shows it`, async () => (await shown(port)).issuer.includes("Pebble"));
			// Nothing of the proof stays behind.
			expect(await lab().internet.dig(`_acme-challenge.${mailName}`, "TXT")).toEqual([]);
		});

		it("is renewed the same way", async () => {
			const { serial } = await shown(993);
			await lego(
				"renew",
				"--days",
				"9999",
				"--no-random-sleep",
				"--renew-hook",
				"/usr/local/sbin/mail-certificate",
			);
			for (const port of [465, 993])
				await until(`port ${port} shows the new one`, async () => {
					const now = await shown(port);
					return now.issuer.includes("Pebble") && now.serial !== serial;
				});
		});
	});
}
