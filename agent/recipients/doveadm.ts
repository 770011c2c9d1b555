import { CommandError, type RunCommand } from "../../shared/command.ts";
import { HeimwegError } from "../../shared/errors.ts";
import { systemUsers } from "./passwd.ts";
import { linesOf, type Source } from "./source.ts";

/** Where Dovecot lists its users to the unit's user, beside the socket that it has for others. */
export const userdbSocket = "/run/dovecot/heimweg-userdb";

/**
 * What makes Dovecot open that socket, alike in 2.3 and 2.4: the kind is the name's end, and only the owner may list
 * everybody.
 */
export const userdbSettings = `service auth {
  unix_listener heimweg-userdb {
    user = heimweg-recipients
    mode = 0600
  }
}
`;

/** Where Debian's Dovecot reads further settings. */
export const userdbFile = "/etc/dovecot/conf.d/99-heimweg.conf";

/**
 * Dovecot's users, from its user database (doveadm-user(1)), which has to be able to list them. Where that is this
 * machine's, it names the system's own users too (nobody has a high number), and no mail is for them.
 *
 * @param at the passwd file, and whether Dovecot has opened our socket
 */
export function doveadmUsers(
	run: RunCommand,
	at: { passwd: string; opened: () => Promise<boolean> },
): Source {
	return {
		name: "doveadm",
		async read() {
			const socket = (await at.opened()) ? ["-a", userdbSocket] : [];
			const text = await run("doveadm", ["user", ...socket, "*"], { timeout: 60_000 }).catch((error) => {
				throw explain(error);
			});
			const own = await systemUsers(at.passwd);
			return linesOf(text).filter((name) => !own.has(name));
		},
	};
}

function explain(error: unknown): unknown {
	if (!(error instanceof CommandError)) return error;
	if (!/denied|EACCES|not permitted|listing (?:returned failure|failed)/i.test(error.stderr)) return error;
	return new HeimwegError("doveadm may not list Dovecot's users", {
		remedy: `run "heimweg recipients --dovecot > ${userdbFile}" and "systemctl reload dovecot", as root; where that is done, "journalctl -u dovecot" says why its user database lists nobody`,
	});
}
