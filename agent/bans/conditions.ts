import { condition } from "../../shared/health.ts";
import { mostBans } from "../../shared/protocol/bans.ts";
import { MINUTE } from "../../shared/time.ts";

export const tooMany = condition<{ untold: number }>({
	code: "bans.too_many",
	severity: "warning",
	title: "more clients are banned here than the relay takes",
	visibleAfter: MINUTE,
	text: ({ untold }) =>
		`the relay refuses the ${mostBans} clients that this home banned last, and still lets ${untold} others in that are banned here`,
	remedy: () =>
		"make fail2ban's bantime shorter, or its maxretry larger; the bans that were made first are the ones that are left out",
});

export const notHeld = condition<{ banned: number; why: string }>({
	code: "bans.not_held",
	severity: "error",
	title: "banned clients still get in through the relay",
	visibleAfter: MINUTE,
	text: ({ banned, why }) =>
		`${banned === 1 ? "1 client that is" : `${banned} clients that are`} banned here can still reach this home through the relay: ${why}`,
	remedy: () =>
		'on the relay, look at "heimweg-relay status" and "systemctl status heimweg-relay-haproxy"; this home\'s own firewall cannot stop a client that comes through the tunnel',
});
