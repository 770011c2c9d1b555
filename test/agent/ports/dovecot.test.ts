import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { dovecotCommand, portsInDropIn } from "../../../agent/ports/dovecot.ts";
import { parseAddress } from "../../../shared/address.ts";
import type { RunCommand } from "../../../shared/command.ts";

let directory: string;
let said: string;
/** What doveconf(1) says is trusted, and whether it reads the folder. */
let trusted: string;
let reads: boolean;
let reloads: number;

const path = () => join(directory, "99-heimweg.conf");
const present = () => readFile(path(), "utf8").catch(() => undefined);
const run: RunCommand = async (command, args) => {
	if (command === "doveadm") {
		reloads += 1;
		return "";
	}
	if (args[0] === "-h")
		return /^haproxy_trusted_networks = (.*)$/m.exec((await present()) ?? "")?.[1] ?? trusted;
	return reads ? ((await present()) ?? "") : "";
};
const command = (options: { apply?: boolean; undo?: boolean }, ports = [993], uid = 0) =>
	dovecotCommand(options, {
		...{ run, uid, ports, directory },
		out: { write: (text) => (said += text) },
		relay: [parseAddress("10.86.0.1"), parseAddress("fd86:5a1e:77::1")],
	});

beforeEach(async () => {
	directory = await mkdtemp(join(tmpdir(), "heimweg-dovecot-"));
	[said, trusted, reads, reloads] = ["", "", true, 0];
});
afterEach(() => rm(directory, { recursive: true }));

it("shows what Dovecot needs, writes it once, and takes it back", async () => {
	expect(await command({})).toBe(1);
	expect(await present()).toBeUndefined();
	expect(await command({ apply: true })).toBe(0);
	expect(await present()).toContain("port = 10993");
	expect(await present()).toContain("haproxy_trusted_networks = 10.86.0.1/32 fd86:5a1e:77::1/128\n");
	expect(await portsInDropIn(directory)).toEqual([993]);
	expect([await command({}), await command({ apply: true }), reloads]).toEqual([0, 0, 1]);
	expect(await command({ undo: true })).toBe(0);
	expect([await present(), reloads]).toEqual([undefined, 2]);
	expect(await command({ undo: true })).toBe(0);
	expect(said).toContain("There is nothing to take back.");
});

it("whom the owner trusts besides stays trusted, also when it is written anew", async () => {
	trusted = "192.0.2.7/32";
	await command({ apply: true });
	expect(await command({ apply: true }, [993, 995, 143])).toBe(0);
	expect(await present()).toContain(
		"haproxy_trusted_networks = 192.0.2.7/32 10.86.0.1/32 fd86:5a1e:77::1/128\n",
	);
	expect(await portsInDropIn(directory)).toEqual([143, 993, 995]);
});

it("a Dovecot that does not read the folder is left as it was", async () => {
	reads = false;
	expect(await command({ apply: true })).toBe(2);
	expect([await present(), reloads]).toEqual([undefined, 0]);
	expect(said).toContain('add "!include conf.d/*.conf"');
});

it("a file of that name that is somebody else's is never touched", async () => {
	await writeFile(path(), "service imap-login {\n}\n");
	for (const options of [{ apply: true }, { undo: true }]) expect(await command(options)).toBe(2);
	expect(await present()).toBe("service imap-login {\n}\n");
});

it("only root changes Dovecot", async () => {
	expect(await command({ apply: true }, [993], 1_000)).toBe(2);
	expect(await present()).toBeUndefined();
});
