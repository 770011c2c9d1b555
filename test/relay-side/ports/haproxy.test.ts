import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createHaproxy, type Haproxy } from "../../../relay-side/ports/haproxy.ts";
import { haproxyConfig, haproxyPlaces, markOf } from "../../../relay-side/ports/haproxy-config.ts";
import { askHaproxy } from "../../../shared/haproxy/runtime.ts";
import { type FakeHaproxy, fakeHaproxy } from "../../shared/haproxy/fake-haproxy.ts";

let folder: string;
let running: FakeHaproxy;
let haproxy: Haproxy;
let reloads: number;
/** What HAProxy says to a reload; it takes the configuration in the file over when this is a success. */
let verdict: string;

const places = () => haproxyPlaces(folder, folder);
const { signal } = new AbortController();
const limits = { per_client: 250, rate: 150, per_home: 5_000, connections: 10_000 };
const configFor = (...ports: number[]) =>
	haproxyConfig({
		binds: ports.map((port) => ({ port, kind: "tls", address: undefined })),
		...{ limits, places: places(), ipv6: true },
	});
const map = (...names: string[]) => new Map(names.map((name) => [`${name}:993`, "10.86.0.2|10993|anna"]));
const startedOn = (config: string) => {
	running.info = { pid: running.info.pid + 1, description: markOf(config) };
};

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-haproxy-"));
	running = await fakeHaproxy(folder);
	reloads = 0;
	verdict = "Success=1\n--\n";
	haproxy = createHaproxy(places(), async (socket, command, options) => {
		if (socket !== places().master) return askHaproxy(socket, command, options);
		reloads += 1;
		if (verdict.startsWith("Success=1")) startedOn(await readFile(places().config, "utf8"));
		return verdict;
	});
});
afterEach(async () => {
	await running.stop();
	await rm(folder, { recursive: true });
});

it("a new name is told to the running HAProxy, which is not reloaded; its file has it first", async () => {
	startedOn(configFor(993));
	await haproxy.keep({ config: configFor(993), map: map("mail.example.org") }, signal);
	await haproxy.keep({ config: configFor(993), map: map("mail.example.org", "mail.second.test") }, signal);
	expect(running.map).toEqual(map("mail.example.org", "mail.second.test"));
	expect(await readFile(places().names, "utf8")).toContain("mail.second.test:993 10.86.0.2|10993|anna\n");
	expect(reloads).toBe(0);
});

it("a few names are told by themselves, many with the whole map, and what is gone is taken out", async () => {
	startedOn(configFor(993));
	const many = Array.from({ length: 3_000 }, (_, at) => `mail.home-${at}.example`);
	await haproxy.keep({ config: configFor(993), map: map(...many) }, signal);
	expect(running.map.size).toBe(3_000);
	running.commands.length = 0;
	await haproxy.keep({ config: configFor(993), map: map(...many.slice(1), "new.example") }, signal);
	expect(running.commands.map((one) => one.split(" ").slice(0, 2).join(" "))).toEqual([
		...["show info", "add map", "del map"],
	]);
	expect(running.map).toEqual(map(...many.slice(1), "new.example"));
});

it("what must be quick is one command and the file, once it is known what the process has", async () => {
	const many = Array.from({ length: 3_000 }, (_, at) => `mail.home-${at}.example`);
	expect(await haproxy.tell(map(...many), signal)).toBe(false);
	startedOn(configFor(993));
	await haproxy.keep({ config: configFor(993), map: map(...many) }, signal);
	running.commands.length = 0;
	expect(await haproxy.tell(map(...many, "new.example"), signal)).toBe(true);
	expect(running.commands).toEqual([`add map ${places().names} <<`]);
	expect(running.map.size).toBe(3_001);
	expect(await readFile(places().names, "utf8")).toMatch(/\nnew\.example:993 10\.86\.0\.2\|10993\|anna\n$/);
});

it("which process serves is not known while it does not answer, and nobody is asked without its socket", async () => {
	expect(await haproxy.pid()).toBe(running.info.pid);
	const nobody = createHaproxy(haproxyPlaces(folder, join(folder, "none")), () => {
		throw new Error("it was asked");
	});
	expect(await nobody.pid()).toBeUndefined();
	await running.stop();
	expect(await haproxy.pid()).toBeUndefined();
});

it("what is as it should be is left alone", async () => {
	startedOn(configFor(993));
	const wanted = { config: configFor(993), map: map("mail.example.org") };
	await haproxy.keep(wanted, signal);
	running.commands.length = 0;
	await haproxy.keep(wanted, signal);
	expect(running.commands).toEqual(["show info"]);
});

it("a port more makes HAProxy take the new configuration over, whose files others may read", async () => {
	startedOn(configFor(993));
	const pid = await haproxy.keep({ config: configFor(993, 465), map: map() }, signal);
	expect([reloads, pid]).toEqual([1, running.info.pid]);
	const modes = [places().config, places().names, places().bans, places().lua].map(
		async (path) => (await stat(path)).mode & 0o777,
	);
	expect(await Promise.all(modes)).toEqual([0o644, 0o644, 0o644, 0o644]);
});

it("a process that started meanwhile on older files gets the map that is meant", async () => {
	startedOn(configFor(993));
	await haproxy.keep({ config: configFor(993), map: map("mail.example.org") }, signal);
	startedOn(configFor(993));
	running.map = map("old.example.org");
	await haproxy.keep({ config: configFor(993), map: map("mail.example.org") }, signal);
	expect(running.map).toEqual(map("mail.example.org"));
});

it("a configuration that HAProxy refuses is an error that says what it said, also at the next try", async () => {
	startedOn(configFor(993));
	verdict = "Success=0\n--\n[ALERT] (7) : cannot bind socket (Address already in use) for [:465]\n";
	const wanted = { config: configFor(993, 465), map: map() };
	for (let time = 0; time < 2; time++)
		await expect(haproxy.keep(wanted, signal)).rejects.toThrow(/Address already in use/);
});

it("while HAProxy does not run, everything is in the files for its start", async () => {
	await running.stop();
	const keeping = haproxy.keep({ config: configFor(993), map: map("mail.example.org") }, signal);
	expect(await keeping).toBeUndefined();
	expect(await readFile(places().names, "utf8")).toBe("mail.example.org:993 10.86.0.2|10993|anna\n");
	running = await fakeHaproxy(folder);
});
