import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { portsProblems } from "../../../relay-side/ports/check-files.ts";
import type { RunCommand } from "../../../shared/command.ts";

let folder: string;
let sockets: string;
let installed: boolean;
let serving: boolean;
const run: RunCommand = async () => sockets;
const problems = () =>
	portsProblems({
		run,
		homesDirectory: folder,
		serving,
		uid: 993,
		missing: async () => (installed ? [] : ["none"]),
	});

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-homes-"));
	[sockets, installed, serving] = ["", true, true];
});
afterEach(() => rm(folder, { recursive: true }));

it("a port of the relay's own Dovecot or Postfix is told with the choices, HAProxy's own is not", async () => {
	sockets = `LISTEN 0 100 0.0.0.0:993 0.0.0.0:* ino:1 sk:1
LISTEN 0 100 *:465 *:* uid:993 ino:3 sk:3`;
	expect(await problems()).toEqual([
		expect.stringMatching(
			/^ports: TCP port 993 is held .*: stop the relay's own Dovecot, or let it listen elsewhere$/,
		),
	]);
});

it("the file that names a port is told; one that cannot be read is others' to tell", async () => {
	await writeFile(join(folder, "anna.toml"), "ports = [443, 993, 7]\n");
	await writeFile(join(folder, "bert.toml"), "ports = [[[\n");
	sockets = "LISTEN 0 100 [::]:443 [::]:* uid:33 ino:1 sk:1";
	expect(await problems()).toEqual([
		expect.stringMatching(/^anna\.toml: ports: TCP port 443 is held .*web server/),
	]);
});

it("a relay without HAProxy is told only when a home's file names ports", async () => {
	installed = false;
	expect(await problems()).toEqual([]);
	await writeFile(join(folder, "anna.toml"), "ports = [993]\n");
	expect(await problems()).toEqual([expect.stringContaining('run "apt install haproxy"')]);
});
