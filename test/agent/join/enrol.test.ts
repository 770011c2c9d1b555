import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { agent } from "../../../agent/agent.ts";
import { alone } from "../../../agent/join/alone.ts";
import { makeRoom } from "../../../agent/join/anew.ts";
import { type EnrolOptions, enrol, joined, underWay } from "../../../agent/join/enrol.ts";
import { homeKey } from "../../../agent/join/key.ts";
import { secondMachine } from "../../../relay-side/invite/conditions.ts";
import { CommandError, type RunCommand } from "../../../shared/command.ts";
import { loadConfig } from "../../../shared/config.ts";
import { configSchema } from "../../../shared/program-kind.ts";
import { type ModelRelay, modelMachine, modelRelay, PowerCut } from "./model.ts";

/** No daemon runs here. */
const run: RunCommand = async (command) => {
	throw new CommandError(command, "none here", { exitCode: 3 });
};

let root: string;
beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), "heimweg-join-"));
	const own = root;
	onTestFinished(() => rm(own, { recursive: true, force: true }));
});

/** A machine with a disk of its own. */
async function machineOf(relay: ModelRelay, name = "home", touch?: (what: string) => void) {
	const paths = { folder: join(root, name, "etc"), runFolder: join(root, name, "run") };
	await mkdir(paths.folder, { recursive: true });
	const machine = modelMachine(relay, touch);
	const options: EnrolOptions = { run, paths, patience: 60, world: machine.world };
	return {
		...{ machine, paths, options },
		files: async () => (await readdir(paths.folder)).sort(),
		read: (file: string) => readFile(join(paths.folder, file), "utf8"),
	};
}

test("a code makes a home: files that the daemon reads, the real keys in the tunnel, and nothing left over", async () => {
	const relay = await modelRelay();
	const code = await relay.invite("anna");
	const { machine, paths, options, files, read } = await machineOf(relay);
	const enrolled = await enrol(` ${code}\n`, options);
	expect(enrolled).toMatchObject({ home: "anna", domains: ["example.org"], addresses: ["10.86.0.2"] });
	expect(enrolled.relay).toEqual({
		endpoint: "203.0.113.10:51820",
		publicKey: relay.publicKey,
		addresses: ["10.86.0.1"],
	});
	expect(await files()).toEqual(["heimweg.toml", "preshared.key", "wireguard.key"]);
	for (const file of await files()) expect((await stat(join(paths.folder, file))).mode & 0o777).toBe(0o640);
	const config = await loadConfig(enrolled.config, configSchema(agent));
	expect(config.relays[0]).toMatchObject({ public_key: relay.publicKey, addresses: ["10.86.0.1"] });
	expect(config.mail?.domains).toEqual(["example.org"]);
	const record = relay.book.records.get("anna0000")!;
	expect(record).toMatchObject({ state: "joined", publicKey: enrolled.publicKey });
	expect(`${record.presharedKey}\n`).toBe(await read("preshared.key"));
	expect(machine.tunnel).toMatchObject({ privateKey: (await read("wireguard.key")).trim() });
	expect(machine.onlyAnswers).toBe(false);
	expect([await joined(paths), await underWay(paths)]).toEqual([true, false]);
	await expect(enrol(code, options)).rejects.toThrow("a home already");
});

test("what a code's tunnel lets in is the port of enrolment's answers alone", async () => {
	const relay = await modelRelay();
	const code = await relay.invite("anna");
	const { machine, options } = await machineOf(relay);
	const ask = machine.world.ask;
	let during: boolean | undefined;
	machine.world.ask = async (question) => {
		during = machine.onlyAnswers;
		return ask(question);
	};
	await enrol(code, options);
	expect(during).toBe(true);
});

/** Enrols until it ends well; each PowerCut takes what is not on disk, and the command is given again. */
async function untilJoined(
	home: Awaited<ReturnType<typeof machineOf>>,
	relay: ModelRelay,
	code: string,
): Promise<void> {
	for (let cuts = 0; cuts < 60; cuts++) {
		try {
			await enrol((await underWay(home.paths)) ? undefined : code, home.options);
			return;
		} catch (error) {
			if (!(error instanceof PowerCut) && !/does not answer|cannot save/.test(String(error))) throw error;
			home.machine.powerCut();
			await rm(home.paths.runFolder, { recursive: true, force: true });
			await relay.start();
		}
	}
	throw new Error("it never ended");
}

describe("whatever breaks off, the same command again ends well", () => {
	async function check(relay: ModelRelay, home: Awaited<ReturnType<typeof machineOf>>): Promise<void> {
		expect(await home.files()).toEqual(["heimweg.toml", "preshared.key", "wireguard.key"]);
		const record = relay.book.records.get("anna0000")!;
		expect(record.state).toBe("joined");
		expect(await homeKey(home.paths)).toBe(record.publicKey);
		expect(`${record.presharedKey}\n`).toBe(await home.read("preshared.key"));
		expect(relay.health.has(secondMachine, "anna")).toBe(false);
	}

	test("a power cut at each thing that either side does, one after the other", async () => {
		let places = 0;
		for (let fired = true; fired; places++) {
			let count = 0;
			let armed = false;
			fired = false;
			const touch = () => {
				count += 1;
				if (!armed || count !== places) return;
				fired = true;
				throw new PowerCut();
			};
			const relay = await modelRelay(touch);
			const code = await relay.invite("anna");
			const home = await machineOf(relay, `home${places}`, touch);
			[count, armed] = [0, true];
			// Nothing is numbered 0: the first round only counts what there is.
			await untilJoined(home, relay, code);
			fired ||= places === 0;
			await check(relay, home);
		}
		expect(places).toBeGreaterThan(8);
	});

	test("power cuts at random on both sides, again and again", async () => {
		for (let round = 0; round < 15; round++) {
			let armed = false;
			const touch = () => {
				if (armed && Math.random() < 0.15) throw new PowerCut();
			};
			const relay = await modelRelay(touch);
			const code = await relay.invite("anna");
			const home = await machineOf(relay, `round${round}`, touch);
			armed = true;
			await untilJoined(home, relay, code);
			armed = false;
			await check(relay, home);
		}
	});

	test("a power cut between the files of the home", async () => {
		for (const lost of [
			["heimweg.toml"],
			["heimweg.toml", "preshared.key"],
			["heimweg.toml", "preshared.key", "wireguard.key"],
		]) {
			const relay = await modelRelay();
			const code = await relay.invite("anna");
			const home = await machineOf(relay, `lost${lost.length}`);
			home.machine.world.pulse = async () => false;
			await expect(enrol(code, home.options)).rejects.toThrow("does not answer through the tunnel");
			for (const file of lost) await rm(join(home.paths.folder, file));
			home.machine.world.pulse = () => relay.pulsed(home.machine.tunnel);
			await enrol(undefined, home.options);
			await check(relay, home);
		}
	});
});

test("of two machines with one code the second is refused, told so, and has no file of it", async () => {
	const relay = await modelRelay();
	const code = await relay.invite("anna");
	const [first, second] = [await machineOf(relay, "first"), await machineOf(relay, "second")];
	first.machine.world.pulse = async () => false;
	await expect(enrol(code, first.options)).rejects.toThrow("does not answer through the tunnel");
	await expect(enrol(code, second.options)).rejects.toThrow("another machine has joined with it");
	expect(relay.health.has(secondMachine, "anna")).toBe(true);
	expect(await second.files()).toEqual([]);
	expect(second.machine.tunnel).toBeUndefined();
	// The first goes on, undisturbed.
	first.machine.world.pulse = () => relay.pulsed(first.machine.tunnel);
	expect((await enrol(undefined, first.options)).home).toBe("anna");
	// By now the code is nobody's.
	await expect(enrol(code, second.options)).rejects.toThrow("does not answer on UDP port 51820");
	expect(second.machine.tunnel).toBeUndefined();
});

test("both at the same moment: one joins, the other is refused", async () => {
	for (let round = 0; round < 10; round++) {
		const relay = await modelRelay();
		const code = await relay.invite("anna");
		const homes = [await machineOf(relay, `a${round}`), await machineOf(relay, `b${round}`)];
		const ends = await Promise.allSettled(
			homes.map(({ options }) => enrol(code, { ...options, patience: 1_000 })),
		);
		expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
		const keys = await Promise.all(homes.map(({ paths }) => homeKey(paths)));
		const at = ends.findIndex(({ status }) => status === "fulfilled");
		expect(relay.book.records.get("anna0000")?.publicKey).toBe(keys[at]);
	}
});

test("a code that is over, or of another relay, ends with what to look at, and leaves no tunnel", async () => {
	const relay = await modelRelay();
	const code = await relay.invite("anna");
	const home = await machineOf(relay);
	relay.clock.now += 24 * 3_600_000;
	await relay.book.age();
	await expect(enrol(code, home.options)).rejects.toMatchObject({
		message: "the relay 203.0.113.10 does not answer on UDP port 51820",
		remedy: expect.stringContaining("heimweg-relay invites"),
	});
	expect(home.machine.tunnel).toBeUndefined();
	expect(await home.files()).toEqual(["join.json"]);
	expect((await stat(join(home.paths.folder, "join.json"))).mode & 0o777).toBe(0o600);
	// A newer code begins anew; nobody has to clear anything away.
	const newer = await relay.invite("anna", 1);
	const other = await modelRelay();
	await expect(enrol(newer, { ...home.options, world: modelMachine(other).world })).rejects.toThrow(
		"does not answer",
	);
	expect((await enrol(newer, home.options)).home).toBe("anna");
});

test("a name that cannot be resolved at once is asked for again, and then told", async () => {
	const relay = await modelRelay();
	const code = await relay.invite("anna");
	const home = await machineOf(relay);
	let failures = 0;
	let asked = 0;
	const { resolve } = home.machine.world;
	home.machine.world.resolve = async (host) => {
		asked += 1;
		if (asked <= failures) throw new Error("no name server");
		return resolve(host);
	};
	failures = 9;
	await expect(enrol(code, home.options)).rejects.toThrow("203.0.113.10 cannot be resolved (no name server)");
	expect([asked, home.machine.touched]).toEqual([3, false]);
	failures = asked + 2;
	expect((await enrol(undefined, home.options)).home).toBe("anna");
});

test("one enrolment runs at a time on a machine, and what a killed one left is in nobody's way", async () => {
	const relay = await modelRelay();
	const code = await relay.invite("anna");
	const home = await machineOf(relay);
	const letGo = await alone(home.paths.runFolder);
	await expect(enrol(code, home.options)).rejects.toThrow("runs already");
	await letGo();
	const killed = `require("node:net").createServer().listen(${JSON.stringify(join(home.paths.runFolder, "running"))}, () => process.kill(process.pid, "SIGKILL"))`;
	await mkdir(home.paths.runFolder);
	spawnSync(process.execPath, ["-e", killed]);
	expect(await readdir(home.paths.runFolder)).toEqual(["running"]);
	expect((await enrol(code, home.options)).home).toBe("anna");
	await expect(stat(home.paths.runFolder)).rejects.toThrow("ENOENT");
});

test("nothing is touched before code and machine were looked at; files of others stay as they are", async () => {
	const relay = await modelRelay();
	const code = await relay.invite("anna");
	const home = await machineOf(relay);
	for (const [input, words] of [
		[undefined, "no code came"],
		["", "nothing was entered"],
		[code.replace(/.$/, (last) => (last === "A" ? "B" : "A")), "not copied whole"],
	] as const)
		await expect(enrol(input, home.options)).rejects.toThrow(words);
	const overlap = async () => {
		throw new Error("tunnel.networks: 10.86.0.0/24 overlaps the local route 10.86.0.0/16 on eth1");
	};
	const refusing = { ...home.options, world: { ...home.machine.world, ground: overlap } };
	await expect(enrol(code, refusing)).rejects.toThrow("overlaps");
	expect([await home.files(), home.machine.touched]).toEqual([[], false]);
	await writeFile(join(home.paths.folder, "heimweg.toml"), "# by hand\n");
	await expect(enrol(code, home.options)).rejects.toThrow("a home already");
	expect([await home.read("heimweg.toml"), home.machine.touched]).toEqual(["# by hand\n", false]);
});

test("what heimweg.toml says when this home joins only now is written by its owner, and is kept beside it", async () => {
	const relay = await modelRelay();
	const code = await relay.invite("anna");
	const home = await machineOf(relay);
	const { pulse } = home.machine.world;
	home.machine.world.pulse = async () => false;
	await expect(enrol(code, home.options)).rejects.toThrow("does not answer through the tunnel");
	const written = await home.read("heimweg.toml");
	await expect(enrol(undefined, home.options)).rejects.toThrow("does not answer through the tunnel");
	expect(await home.files()).not.toContain("heimweg.toml.replaced");
	await writeFile(join(home.paths.folder, "heimweg.toml"), `${written}# by hand\n`);
	home.machine.world.pulse = pulse;
	const said: string[] = [];
	await enrol(undefined, { ...home.options, say: ({ text }) => said.push(text) });
	expect(await home.read("heimweg.toml")).toBe(written);
	expect(await home.read("heimweg.toml.replaced")).toBe(`${written}# by hand\n`);
	expect(said.join("\n")).toContain("heimweg.toml.replaced");
});

test("a home takes a new code when it is told to, and what it was configured to before is kept", async () => {
	const relay = await modelRelay();
	const home = await machineOf(relay);
	const first = await enrol(await relay.invite("anna"), home.options);
	const before = await home.read("heimweg.toml");
	const code = await relay.invite("anna", 1);
	await expect(enrol(code, home.options)).rejects.toMatchObject({
		remedy: expect.stringContaining("--anew"),
	});
	const ran: string[] = [];
	const stopping: RunCommand = async (command, args) => {
		ran.push([command, ...args].join(" "));
		return "";
	};
	await makeRoom(stopping, home.paths, home.machine.world.tunnel);
	expect([ran, home.machine.tunnel, await joined(home.paths)]).toEqual([
		["systemctl stop heimweg"],
		undefined,
		false,
	]);
	const second = await enrol(code, home.options);
	expect([second.publicKey, second.home]).toEqual([first.publicKey, "anna"]);
	expect(await home.read("heimweg.toml.before")).toBe(before);
});

test("what a home was configured to is kept each time that it joins anew, and never written over", async () => {
	const relay = await modelRelay();
	const home = await machineOf(relay);
	const config = join(home.paths.folder, "heimweg.toml");
	const nothing: RunCommand = async () => "";
	const kept = async (text: string) => {
		await writeFile(config, text, { mode: 0o640 });
		return makeRoom(nothing, home.paths, home.machine.world.tunnel);
	};
	expect(await kept("# one\n")).toBe(`${config}.before`);
	expect(await kept("# two\n")).toBe(`${config}.before-2`);
	expect(await kept("# three\n")).toBe(`${config}.before-3`);
	// As it is after a power cut between keeping it and taking it away.
	expect(await kept("# two\n")).toBe(`${config}.before-2`);
	for (const [file, text] of [
		["heimweg.toml.before", "# one\n"],
		["heimweg.toml.before-2", "# two\n"],
		["heimweg.toml.before-3", "# three\n"],
	] as const)
		expect(await home.read(file)).toBe(text);
	expect(await home.files()).not.toContain("heimweg.toml");
});

test("a key that this machine has already is the one with which it joins, and is never written over", async () => {
	const relay = await modelRelay();
	const code = await relay.invite("anna");
	const home = await machineOf(relay);
	const key = await homeKey(home.paths);
	expect(await homeKey(home.paths)).toBe(key);
	const before = await home.read("wireguard.key");
	expect((await enrol(code, home.options)).publicKey).toBe(key);
	expect(await home.read("wireguard.key")).toBe(before);
});

test("neither the code nor a key is in what is told, nor in an error", async () => {
	const relay = await modelRelay();
	const code = await relay.invite("anna");
	const home = await machineOf(relay);
	const said: string[] = [];
	home.machine.world.pulse = async () => false;
	const failed = await enrol(code, { ...home.options, say: ({ text }) => said.push(text) }).catch((e) => e);
	const secrets = [
		code.slice(4, 30),
		(await home.read("wireguard.key")).trim(),
		(await home.read("preshared.key")).trim(),
	];
	const all = `${said.join("\n")}\n${failed.message}\n${failed.remedy}`;
	expect(all).toContain("the relay knows this home as anna");
	for (const secret of secrets) expect(all).not.toContain(secret);
});
