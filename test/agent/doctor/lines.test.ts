import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, expect, test } from "vitest";
import { shellWord } from "../../../shared/shell-word.ts";
import { type World, world } from "./world.ts";

let there: World;
beforeEach(async () => {
	there = await world();
});
afterEach(() => there.end());

const api = "https://desec.io/api/v1/domains/example.org/rrsets/";
const linesOf = async (code: string) =>
	(await there.findings()).filter((one) => one.code === code).map(({ line }) => line!);

test("of a table of cron's the lines alone are stopped that write, and it is then no longer found", async () => {
	const table = `1 1 * * * root curl ${api}\n2 2 * * * root /usr/bin/other\n`;
	there.files.set("/etc/crontab", table);
	const [line] = await linesOf("second_writer");
	expect(line).toMatch(/^sed -i .* \/etc\/crontab$/);
	const stopped = execFileSync("sh", ["-c", line!.replace("sed -i", "sed").replace("/etc/crontab", "")], {
		input: table,
		encoding: "utf8",
	});
	expect(stopped).toBe(`#${table}`);
	there.files.set("/etc/crontab", stopped);
	expect(await linesOf("second_writer")).toEqual([]);
});

test("a user's table is written back by crontab, and a script's name is one word of the shell", async () => {
	there.files.set("/var/spool/cron/crontabs/anna", "1 1 * * * /home/anna/up.sh\n");
	there.files.set("/home/anna/up.sh", `curl ${api}\n`);
	there.files.set("/etc/cron.daily/my $(reboot)", `curl ${api}\n`);
	expect(await linesOf("second_writer")).toEqual([
		"mv '/etc/cron.daily/my $(reboot)' /root/",
		"crontab -u anna -l | sed '\\|/home/anna/up\\.sh|s/^/#/' | crontab -u anna -",
	]);
});

test("a hook that also has servers read the new certificate is opened, and not taken away", async () => {
	const hook = "/etc/letsencrypt/renewal-hooks/deploy/tlsa";
	there.files.set(hook, `curl ${api}_25._tcp.mail/TLSA/\nsystemctl reload postfix\n`);
	expect(await linesOf("tlsa_after_the_key")).toEqual([`editor ${hook}`]);
});

test("a text is one word of the shell, whatever stands in it", () => {
	for (const text of ["a-b.c", "it's $(id) `id`", "a b", ""])
		expect(execFileSync("sh", ["-c", `printf %s ${shellWord(text)}`], { encoding: "utf8" })).toBe(text);
});
