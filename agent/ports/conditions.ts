import { condition } from "../../shared/health.ts";
import { MINUTE } from "../../shared/time.ts";

export const notListening = condition<{ proxy: number; program: string }>({
	code: "ports.not_listening",
	severity: "error",
	title: "nothing takes what clients send through the relay",
	visibleAfter: MINUTE,
	text: ({ proxy, program }, port) =>
		`nothing listens here on TCP port ${proxy}, where ${program} takes what comes to the relay's port ${port} for this home`,
	remedy: ({ program }) =>
		`look whether ${program} runs: "systemctl status ${program.toLowerCase()}"; its log says why it does not listen`,
});

interface Held {
	port: number;
	/** ISO date. */
	ends: string;
}

export const certificateExpired = condition<Held>({
	code: "ports.certificate_expired",
	severity: "error",
	title: "the certificate that mail programs see has expired",
	visibleAfter: 0,
	text: ({ port, ends }, name) =>
		`the certificate that this home shows for ${name} on port ${port} ended on ${ends}`,
	remedy: () =>
		'renew it (with lego: "lego ... renew"), and have Postfix and Dovecot read it: "systemctl reload postfix dovecot"',
});

export const certificateEndsSoon = condition<Held>({
	code: "ports.certificate_ends_soon",
	severity: "warning",
	title: "the certificate that mail programs see ends soon",
	visibleAfter: 0,
	text: ({ port, ends }, name) =>
		`the certificate that this home shows for ${name} on port ${port} ends on ${ends}`,
	remedy: () =>
		'look why it was not renewed; if it was, have Postfix and Dovecot read it: "systemctl reload postfix dovecot"',
});

export const certificateOfOther = condition<{ port: number; names: string }>({
	code: "ports.certificate_of_other",
	severity: "warning",
	title: "the certificate that mail programs see is for another name",
	visibleAfter: MINUTE,
	text: ({ port, names }, name) =>
		`the certificate that this home shows for ${name} on port ${port} is for ${names || "no name"}, so mail programs warn or refuse`,
	remedy: (_, name) =>
		`get one that has ${name} among its names (with lego: --domains ${name}), and name it in Postfix's smtpd_tls_chain_files and Dovecot's ssl_server_cert_file (ssl_cert before 2.4)`,
});
