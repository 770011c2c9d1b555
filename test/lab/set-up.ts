import { authorityOnHosts } from "./certificates.ts";
import type { Outcome } from "./command.ts";
import type { Host } from "./host.ts";
import type { Lab } from "./lab.ts";
import { domain, homeId, homeSettings, labSettings } from "./scene.ts";

/** For the lab's authority to be believed by a command. */
export const trust = `NODE_EXTRA_CA_CERTS=${authorityOnHosts}`;

/** Where the packages, and what a lab has to say besides, lie on the hosts. */
export const packagesOnHost = "/root/packages";
export const addedOnHost = "/root/lab.toml";
const tokenOnHost = "/root/desec.token";

/** A mail server that is in use: Postfix for one domain, Dovecot where it is installed, mailboxes. */
export async function readyMailServer({ home }: Lab, mailboxes: readonly string[] = ["anna"]): Promise<void> {
	for (const mailbox of mailboxes) await home.run(["useradd", "--create-home", mailbox]);
	// Where mail comes from that programs send is for join to see.
	await home.run(["postconf", "-e", ...homeSettings.filter((setting) => !setting.startsWith("myorigin"))]);
	await home.run(["newaliases"]);
	// Not every image has it; Postfix brings the mail to the mailbox by itself.
	await home.exec(["systemctl", "start", "dovecot"]);
}

/** Has the home's programs believe this lab's deSEC, and puts there what `join` is told by flags. */
export async function readyForJoin({ home, internet: { desec } }: Lab): Promise<void> {
	await home.write(addedOnHost, labSettings(desec));
	await home.write(tokenOnHost, `${desec.token}\n`, 0o600);
	await home.write("/etc/systemd/system/heimweg.service.d/lab.conf", `[Service]\nEnvironment=${trust}\n`);
	await home.run(["systemctl", "daemon-reload"]);
}

/** Types a command of apt's in the folder with the packages, and answers its questions as it proposes. */
export async function aptInFolder(host: Host, command: string): Promise<Outcome> {
	const env = "export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1";
	const yes = command.replace(/^(apt(?:-get)? )/, "$1--yes --quiet ");
	return host.exec(["sh", "-ec", `cd ${packagesOnHost}; ${env}; ${yes}`], { timeout: 180_000 });
}

/** Has the relay invite the home; gives the code. */
export async function inviteOn(relay: Host): Promise<string> {
	const said = await relay.run(["heimweg-relay", "invite", homeId, domain], { timeout: 60_000 });
	return said.trim().split("\n").at(-1)!;
}

/** The options that answer all that `join` asks. */
export const joinFlags = [
	...["--yes", "--token-file", tokenOnHost, "--add", addedOnHost],
	...["--mailbox", `anna@${domain}`],
];

/** Has the home join by flags alone; says how long it took. */
export async function joinByFlags(home: Host, code: string): Promise<Outcome & { milliseconds: number }> {
	const began = performance.now();
	const outcome = await home.exec(["env", trust, "heimweg", "join", ...joinFlags], {
		input: `${code}\n`,
		timeout: 240_000,
	});
	return { ...outcome, milliseconds: performance.now() - began };
}
