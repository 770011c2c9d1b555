import { expect, it } from "vitest";
import { settingsOf, submissionSide } from "../../../agent/ports/postfix.ts";
import type { PostfixNow } from "../../../shared/postfix/settings.ts";

const now = (lines: Record<string, string>): PostfixNow => ({
	directory: "/etc/postfix",
	set: new Map(),
	inForce: new Map(),
	expanded: new Map(),
	service: undefined,
	overrides: new Map(),
	ports: new Map(Object.entries(lines)),
	chroot: "y",
});
const direct =
	"submissions inet n - y - - smtpd -o syslog_name=postfix/submissions -o smtpd_tls_wrappermode=yes -o smtpd_sasl_path=private/auth -o { smtpd_sender_restrictions = reject_sender_login_mismatch, permit } -o mynetworks=192.168.178.0/24";
const plan = (lines: Record<string, string>, serve?: number[]) =>
	submissionSide(serve ? { serve } : {}).plan(now(lines)).changes;

it("a home that takes mail from mail programs takes it through the relay, too, with the same settings", () => {
	const [change, ...more] = plan({ submissions: direct });
	expect(more).toEqual([]);
	expect(change).toMatchObject({ is: "port", name: "10465", before: undefined });
	const after = change?.after ?? "";
	expect(after).toMatch(/^10465 inet n - y - - smtpd -o /);
	const settings = settingsOf(after);
	expect(settings.get("smtpd_sasl_path")).toBe("private/auth");
	expect(settings.get("smtpd_sender_restrictions")).toBe("reject_sender_login_mismatch, permit");
});

it("who is said to come from mynetworks gains nothing: only who has logged in may send", () => {
	const settings = settingsOf(plan({ submissions: direct })[0]?.after ?? "");
	expect(settings.get("smtpd_upstream_proxy_protocol")).toBe("haproxy");
	expect(settings.get("mynetworks")).toBe("");
	for (const name of ["smtpd_client_restrictions", "smtpd_relay_restrictions"])
		expect(settings.get(name)).toBe("permit_sasl_authenticated,reject");
});

it("a home without submission gets none, unless its owner asks for it", () => {
	expect(plan({})).toEqual([]);
	expect(plan({}, [465, 587]).map(({ is, after }) => [is, after.split(" ")[0]])).toEqual([
		["port", "10465"],
		["port", "10587"],
	]);
	expect(plan({ submissions: direct }, [993])).toEqual([]);
});

it("587 begins in clear, also where it is made after a service that begins with TLS", () => {
	const [change] = plan({ submissions: direct }, [587]);
	const settings = settingsOf(change?.after ?? "");
	expect([settings.get("smtpd_tls_wrappermode"), settings.get("smtpd_tls_security_level")]).toEqual([
		undefined,
		"encrypt",
	]);
	expect(settings.get("smtpd_sasl_path")).toBe("private/auth");
	const wrong = `${change?.after} -o smtpd_tls_wrappermode=yes`;
	expect(plan({ submissions: direct, 10587: wrong }, [587])).toMatchObject([{ before: wrong }]);
});

it("a service with settings of its owner's stays; one without the essential ones is made anew", () => {
	const ours = plan({ submissions: direct })[0]?.after ?? "";
	expect(plan({ submissions: direct, 10465: `${ours} -o smtpd_milters=unix:dkim` })).toEqual([]);
	const open = ours.replace("-o mynetworks= ", "");
	expect(plan({ submissions: direct, 10465: open })).toMatchObject([{ before: open }]);
});
