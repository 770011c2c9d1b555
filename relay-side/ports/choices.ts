import { say } from "../../shared/words/say.ts";

/** What to do about a program of the relay's own at a port. */
export function choices(port: string): string {
	const mail = say`in master.cf of the relay's Postfix, comment that service out and run "postfix reload"`;
	if (["465", "587"].includes(port)) return mail;
	if (["143", "993", "995", "4190"].includes(port))
		return say`stop the relay's own Dovecot, or let it listen elsewhere`;
	return say`let the relay's own web server listen on another port or on another address`;
}
