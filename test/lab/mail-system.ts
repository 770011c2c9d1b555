import type { Lab } from "./lab.ts";
import { firstMailHome, maildir, selector, setUpMailHome } from "./mail-home.ts";
import { setUpMailRelay } from "./mail-relay.ts";
import { domain, mailboxes, type Scene, type SceneOptions, setScene, until } from "./scene.ts";

/**
 * The whole mail system on a lab that has booted: Heimweg as the README tells, and on both hosts what a careful guide
 * would set up around it. The daemons run.
 */
export async function setMailSystem(lab: Lab, options: SceneOptions = {}): Promise<Scene> {
	const scene = await setScene(lab, {
		...options,
		start: false,
		agentConfig: (toml) => (options.agentConfig ?? same)(withVirtualRecipients(toml)),
	});
	const [record] = await Promise.all([setUpMailHome(lab, firstMailHome), setUpMailRelay(lab.relay)]);
	await publish(lab, `${selector}._domainkey.${domain}`, record);
	await lab.relay.run(["systemctl", "enable", "--now", "heimweg-relay"]);
	await lab.home.run(["systemctl", "enable", "--now", "heimweg"]);
	await until("the tunnel is up", async () => (await scene.agentStatus()).tunnel.up);
	const arrives: Scene["arrives"] = async (subject, { to = mailboxes[0]!, timeout = 40_000 } = {}) => {
		const search = ["grep", "-rqs", `^Subject: ${subject}$`, maildir(firstMailHome, to)];
		await until(
			`the mail "${subject}" is in ${to}'s Maildir`,
			async () => (await lab.home.exec(search)).exitCode === 0,
			timeout,
		);
	};
	return {
		...scene,
		arrives,
		async deliver(subject, { to = mailboxes[0]!, ...rest } = {}) {
			const began = performance.now();
			const { accepted, transcript } = await lab.internet.sendMail({ to: `${to}@${domain}`, subject });
			if (!accepted) throw new Error(`the relay did not take the mail "${subject}":\n${transcript}`);
			await arrives(subject, { to, ...rest });
			return performance.now() - began;
		},
	};
}

const same = (text: string) => text;

function withVirtualRecipients(toml: string): string {
	return toml.replace(
		'passwd = true\ntables = ["hash:/etc/aliases"]',
		'doveadm = true\ntables = ["hash:/etc/postfix/virtual"]',
	);
}

/** Puts a TXT record into the zone, in strings of at most 255 bytes (RFC 1035, section 3.3.14). */
async function publish({ internet }: Lab, name: string, text: string): Promise<void> {
	const strings = text.match(/.{1,250}/gs)!.map((part) => `"${part.replaceAll(";", "\\;")}"`);
	const { exitCode, stdout, stderr } = await internet.exec([
		...["pdnsutil", "add-record", domain, name.slice(0, -domain.length - 1), "TXT", strings.join(" ")],
	]);
	if (exitCode !== 0) throw new Error(`the name server does not take ${name}: ${stderr || stdout}`);
}
