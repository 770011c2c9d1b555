import type { Host } from "./host.ts";
import { until } from "./scene.ts";

/** Makes the relay filter as a careful guide would: postscreen before Postfix, Rspamd as its milter. */
export async function setUpMailRelay(relay: Host): Promise<void> {
	await relay.write(
		"/etc/rspamd/local.d/milter_headers.conf",
		'use = ["x-spamd-result", "authentication-results"];\n',
	);
	// Compiling patterns for each of the world's domains would take a small machine a minute.
	await relay.write("/etc/rspamd/few-domains", "com\nnet\norg\ntest\n");
	await relay.write(
		"/etc/rspamd/local.d/options.inc",
		'disable_hyperscan = true;\nurl_tld = "/etc/rspamd/few-domains";\n',
	);
	// The journal is where the rest is, too.
	await relay.write("/etc/rspamd/local.d/logging.inc", 'type = "syslog";\n');
	const services = [
		"smtp/inet=smtp inet n - y - 1 postscreen",
		"smtpd/pass=smtpd pass - - y - - smtpd",
		"dnsblog/unix=dnsblog unix - - y - 0 dnsblog",
		"tlsproxy/unix=tlsproxy unix - - y - 0 tlsproxy",
	];
	for (const service of services) await relay.run(["postconf", "-M", service]);
	await relay.run([
		...["postconf", "-e", "postscreen_greet_action = enforce", "postscreen_access_list = permit_mynetworks"],
		...["smtpd_milters = inet:localhost:11332", "non_smtpd_milters = $smtpd_milters"],
		...["milter_default_action = tempfail", "message_size_limit = 52428800"],
	]);
	await relay.run(["systemctl", "enable", "--now", "rspamd"]);
	const listens = `ss -Hltn "( sport = :11332 )" | grep -q LISTEN`;
	await until("Rspamd listens", async () => (await relay.exec(["sh", "-c", listens])).exitCode === 0, 90_000);
	await relay.run(["systemctl", "restart", "postfix"]);
}
