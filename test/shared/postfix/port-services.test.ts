import { expect, it } from "vitest";
import { type Change, type PostfixNow, readPostfix } from "../../../shared/postfix/settings.ts";
import { recordChanges, recordServices, undoSteps } from "../../../shared/postfix/undo.ts";
import { emptyUndo } from "../../../shared/postfix/undo-record.ts";
import { undoScript } from "../../../shared/postfix/undo-script.ts";

const line = "10465 inet n - y - - smtpd -o mynetworks=";
const change: Change = {
	is: "port",
	name: "10465",
	before: undefined,
	after: line,
	essential: false,
	why: "",
};
const now = (ports: Record<string, string>): PostfixNow => ({
	...{ directory: "/etc/postfix", set: new Map(), inForce: new Map(), expanded: new Map() },
	...{ service: undefined, overrides: new Map(), ports: new Map(Object.entries(ports)), chroot: "y" },
});

it("a service on a port is read by its number, as far as it is there", async () => {
	const answers: Record<string, string> = {
		"-h mail_version": "3.10.1",
		"-M 10465/inet": "10465   inet n - y - - smtpd\n",
	};
	const read = await readPostfix(async (_, args) => answers[args.join(" ")] ?? "", {
		...{ parameters: [], expanded: [], ports: ["10465", "10587"] },
	});
	expect([...read.ports]).toEqual([["10465", "10465 inet n - y - - smtpd"]]);
});

it("a service on a port that was made is taken back, and one that was changed since stays", () => {
	const record = recordServices(recordChanges(emptyUndo, [change], now({})), undefined, now({ 10465: line }));
	expect(record.services).toEqual({ "10465/inet": { before: null, set: line } });
	expect(undoSteps(record, now({ 10465: line })).steps.map(({ args }) => args)).toEqual([
		["-M", "-X", "10465/inet"],
	]);
	const changed = undoSteps(record, now({ 10465: `${line} -o smtpd_milters=` }));
	expect(changed).toEqual({
		steps: [],
		left: ["the service 10465 in master.cf was changed since, and stays"],
	});
	expect(undoScript("/etc/postfix", record)).toContain("service 10465/inet '10465 inet");
});
