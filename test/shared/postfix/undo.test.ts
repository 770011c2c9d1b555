import { expect, test } from "vitest";
import type { Change, PostfixNow } from "../../../shared/postfix/settings.ts";
import { recordChanges, recordServices, undoSteps } from "../../../shared/postfix/undo.ts";
import { emptyUndo } from "../../../shared/postfix/undo-record.ts";

const line = "heimweg unix - - y - 300 smtp";
const why = { essential: true, why: "" };
const service: Change = { is: "service", name: "heimweg", before: undefined, after: line, ...why };
const override = (name: string): Change => ({
	...{ is: "override", service: "heimweg", name, before: undefined, after: "x", ...why },
});

const now = (found: string | undefined): PostfixNow => ({
	...{ directory: "/etc/postfix", chroot: "y", service: found },
	...{ set: new Map(), inForce: new Map(), expanded: new Map(), overrides: new Map(), ports: new Map() },
});

test("a service of ours that a power cut left half made is taken away whole by a later undo", () => {
	const changes = [service, override("syslog_name"), override("smtp_helo_name")];
	const first = recordChanges(emptyUndo, changes, now(undefined));
	const half = now(`${line} -o syslog_name=x`);
	const second = recordChanges(first, [override("smtp_helo_name")], half);
	const whole = now(`${line} -o syslog_name=x -o smtp_helo_name=x`);
	const record = recordServices(second, "heimweg", whole);
	expect(undoSteps(record, whole).steps.map(({ args }) => args)).toEqual([["-M", "-X", "heimweg/unix"]]);
});

test("a service that its owner had before, or changed since, comes back as it was", () => {
	const own = "heimweg unix - - n - 1 lmtp";
	for (const record of [emptyUndo, recordChanges(emptyUndo, [service], now(undefined))]) {
		const { services } = recordChanges(record, [{ ...service, before: own }], now(own));
		expect(services.heimweg?.before).toBe(own);
	}
});
