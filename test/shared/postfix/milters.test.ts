import { expect, test, vi } from "vitest";
import { readConfiguration } from "../../../shared/postfix/configuration.ts";
import { awayMilters, milterParameters, watchMilters } from "../../../shared/postfix/milters.ts";
import { type Configured, configured } from "./configured.ts";

async function away(smtpd_milters: string, more: Partial<Configured> = {}, action = "tempfail") {
	const values = { smtpd_milters, milter_default_action: action };
	const run = configured({ ...more, values: { ...values, ...more.values } });
	const found = await awayMilters(run, await readConfiguration(run, milterParameters), undefined);
	return found?.map(({ milter, refuses }) => (refuses ? `${milter} refuses` : milter));
}

test.each([
	["inet:127.0.0.1:8891", ["inet:127.0.0.1:8891"]],
	["inet:localhost:8891 inet:[::1]:8892", ["inet:localhost:8891", "inet:[::1]:8892"]],
	["unix:/run/opendkim/opendkim.sock", ["unix:/run/opendkim/opendkim.sock"]],
	["{ inet:localhost:8891, default_action=reject }", ["inet:localhost:8891 refuses"]],
	[
		"{ inet:localhost:8891, connect_timeout=10s, default_action=accept }, inet:localhost:8893",
		["inet:localhost:8893"],
	],
	["inet:filter.example.net:8891", []],
	["$undefined something:else", []],
	["", []],
])("of the milters %j these are away while nothing listens", async (written, expected) => {
	expect(await away(written)).toEqual(expected);
});

test("what listens is there: a port on any address, a socket in smtpd's own root too", async () => {
	const heard = {
		sockets: ["*:8891", "[::1]:8892"],
		paths: ["/var/spool/postfix/run/a.sock", "/run/b.sock"],
	};
	expect(await away("inet:localhost:8891 inet:[::1]:8892 unix:/run/a.sock unix:/run/b.sock", heard)).toEqual(
		[],
	);
	expect(await away("unix:/run/c.sock unix:un/a.sock", heard)).toEqual([
		"unix:/run/c.sock",
		"unix:un/a.sock",
	]);
});

test("where ss(8) says nothing, nothing is claimed", async () => {
	const run = configured({ values: { smtpd_milters: "inet:localhost:1" } });
	const silent: typeof run = async (command, ...rest) => {
		if (command === "ss") throw new Error("no such program");
		return run(command, ...rest);
	};
	expect(
		await awayMilters(silent, await readConfiguration(run, milterParameters), undefined),
	).toBeUndefined();
});

test("a milter that comes or goes between two looks is noticed, one that stays away is not told again", async () => {
	const postfix: Configured = { values: { smtpd_milters: "inet:localhost:8891" } };
	const run = configured(postfix);
	const onChange = vi.fn();
	const watch = watchMilters({ run, serviceOf: () => undefined, onChange });
	await watch.look();
	const configuration = await readConfiguration(run, milterParameters);
	const seen = async () =>
		watch.seen({ configuration, milters: await awayMilters(run, configuration, undefined) });
	await seen();
	await watch.look();
	expect(onChange).not.toHaveBeenCalled();
	postfix.sockets = ["127.0.0.1:8891"];
	await watch.look();
	expect(onChange).toHaveBeenCalledTimes(1);
	await seen();
	await watch.look();
	expect(onChange).toHaveBeenCalledTimes(1);
});
