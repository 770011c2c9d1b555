import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lookByUnit } from "../../../shared/doctor/daily.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { runForDaemon } from "../../../shared/doctor/unit.ts";

let folder: string;
let path: string;
let server: Server;
let heard: string[];
let look: (known: string) => Promise<Finding[]>;

/** Stands for systemd: hands each connection to the unit's program, and ends it with that. */
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-look-"));
	path = join(folder, "socket");
	heard = [];
	server = createServer((connection) => {
		const act = async (known: string) => {
			heard.push(known);
			return look(known);
		};
		runForDaemon({ look: act, input: connection, output: connection }).then(
			() => connection.destroySoon(),
			() => connection.destroy(),
		);
	});
	await new Promise<void>((done) => server.listen(path, done));
});
afterEach(async () => {
	server.close();
	await rm(folder, { recursive: true });
});

const finding: Finding = {
	code: "mx_missing",
	severity: "risk",
	subject: "example.org",
	found: "there is none",
};
const signal = () => new AbortController().signal;

test("the unit hears what the daemon knows, and answers what it found", async () => {
	look = async () => [finding];
	expect(await lookByUnit(path, '{"version":"1"}', signal())).toEqual([finding]);
	expect(heard).toEqual(['{"version":"1"}']);
});

test("a unit that fails, answers garbage or is not there is told", async () => {
	look = async () => Promise.reject(new Error("no"));
	await expect(lookByUnit(path, "{}", signal())).rejects.toThrow("ended without an answer");
	look = async () => [{ ...finding, severity: "fine" } as unknown as Finding];
	await expect(lookByUnit(path, "{}", signal())).rejects.toThrow("ended without an answer");
	await expect(lookByUnit(join(folder, "none"), "{}", signal())).rejects.toThrow("cannot be reached");
});

test("a look that is interrupted ends at once", async () => {
	look = () => new Promise(() => {});
	const ending = new AbortController();
	const looking = lookByUnit(path, "{}", ending.signal);
	ending.abort();
	await expect(looking).rejects.toThrow("interrupted");
});

test("what other names' owners wrote cannot speak to a terminal", async () => {
	look = async () => [{ ...finding, found: "\u001b[2Jgone" }];
	expect((await lookByUnit(path, "{}", signal()))[0]!.found).toBe("?[2Jgone");
});
