import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { listJournal } from "../../../relay-side/recipients/journal.ts";

test("a change that the disk takes only a part of is an error, and what was there before is read", async () => {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-journal-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	const path = join(folder, "anna.list");
	const module = (name: string) => JSON.stringify(new URL(`../../../${name}`, import.meta.url).href);
	const script = `
		const { listJournal } = await import(${module("relay-side/recipients/journal.ts")});
		const { parseRecipient, RecipientSet } = await import(${module("shared/recipient.ts")});
		const recipients = (count) => Array.from({ length: count }, (_, n) => parseRecipient("user" + n + "@example.org"));
		const journal = listJournal(${JSON.stringify(path)});
		await journal.replace({ list: new RecipientSet(recipients(2)), delimiter: "" });
		const all = recipients(500);
		await journal.append({ list: new RecipientSet(all), delimiter: "" }, all.slice(2), []).catch((error) => console.log(error.code));`;
	// No file may grow over eight blocks of the shell's: the kernel writes a part, as on a disk that fills up.
	const node = [process.execPath, "--import", "tsx", "--input-type=module", "-e", script];
	const said = execFileSync("sh", ["-c", 'ulimit -f 8 && exec "$@"', "sh", ...node], {
		encoding: "utf8",
		env: { ...process.env, TSX_DISABLE_CACHE: "1" },
	});
	expect(said.trim()).toBe("EFBIG");
	const { list } = (await listJournal(path).read())!;
	expect([...list]).toEqual(["user0@example.org", "user1@example.org"]);
});

test("a pipe in the place of a list is an error, and keeps the relay from nothing", async () => {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-journal-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	execFileSync("mkfifo", [join(folder, "anna.list")]);
	await expect(listJournal(join(folder, "anna.list")).read()).rejects.toThrow("a device or a pipe");
});
