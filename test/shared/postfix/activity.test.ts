import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CommandError } from "../../../shared/command.ts";
import { queueMark } from "../../../shared/postfix/activity.ts";

let spool: string;
beforeEach(async () => {
	spool = await mkdtemp(join(tmpdir(), "heimweg-spool-"));
	for (const queue of ["incoming", "active"]) await mkdir(join(spool, queue));
});
afterEach(() => rm(spool, { recursive: true }));

test("the mark is another one once a message went through the active queue, and else the same", async () => {
	const mark = queueMark(async () => `${spool}\ndeferred, defer\n`);
	await writeFile(join(spool, "incoming", "A1"), "");
	const before = await mark();
	expect(before).toBeTypeOf("number");
	expect(await mark()).toBe(before);
	await rename(join(spool, "incoming", "A1"), join(spool, "active", "A1"));
	expect(await mark()).not.toBe(before);
});

test("there is no telling where the active queue is split into many folders", async () => {
	let asked = 0;
	const mark = queueMark(async () => {
		asked += 1;
		return `${spool}\nactive, deferred\n`;
	});
	expect([await mark(), await mark(), asked]).toEqual([undefined, undefined, 1]);
});

test("a Postfix that is installed later is found", async () => {
	let installed = false;
	const mark = queueMark(async () => {
		if (installed) return `${spool}\ndeferred\n`;
		throw new CommandError("postconf", "postconf is not installed", { missing: true });
	});
	expect(await mark()).toBeUndefined();
	installed = true;
	expect(await mark()).toBeTypeOf("number");
});
