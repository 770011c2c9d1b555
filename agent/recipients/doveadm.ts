import { CommandError, type RunCommand } from "../../shared/command.ts";
import { HeimwegError } from "../../shared/errors.ts";
import { linesOf, type Source } from "./source.ts";

/** Dovecot's users, from its user database (doveadm-user(1)), which has to be able to list them. */
export function doveadmUsers(run: RunCommand): Source {
	return {
		name: "doveadm",
		async read() {
			const text = await run("doveadm", ["user", "*"], { timeout: 60_000 }).catch((error) => {
				if (error instanceof CommandError && /denied|EACCES|not permitted/i.test(error.stderr)) {
					throw new HeimwegError("doveadm may not list Dovecot's users", {
						remedy:
							'in Dovecot\'s configuration, give the socket auth-userdb the group heimweg-recipients and the mode 0660, and run "systemctl reload dovecot"',
					});
				}
				throw error;
			});
			return linesOf(text);
		},
	};
}
