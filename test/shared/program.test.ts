import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { parseAddress, parseCidr } from "../../shared/address.ts";
import { CommandError, type RunCommand } from "../../shared/command.ts";
import { parseConfig } from "../../shared/config.ts";
import { configSource } from "../../shared/config-watch.ts";
import { type CoreConfig, coreFields, tunnelFields } from "../../shared/core-config.ts";
import type { Part, PartContext, PartKind } from "../../shared/part.ts";
import { composedSide } from "../../shared/postfix/compose.ts";
import { createProgram } from "../../shared/program.ts";
import { configSchema, type ProgramKind } from "../../shared/program-kind.ts";
import { statusText } from "../../shared/program-status.ts";
import { failing, silent } from "./silent.ts";

interface Types {
	core: CoreConfig;
	context: PartContext;
	part: Part;
}
type Kind = PartKind<Types>;

let folder: string;
let events: string[];
let table: string | undefined;
let rules: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-program-"));
	events = [];
	table = undefined;
	rules = "";
});
afterEach(() => rm(folder, { recursive: true }));

/** nft(8) with the one table of ours, and no other program. */
const run: RunCommand = async (command, args, options) => {
	if (command !== "nft") throw new CommandError(command, `no ${command} here`, { missing: true });
	if (args.includes("list")) {
		if (table !== undefined) return table;
		throw new CommandError("nft", "none", { stderr: "Error: No such file or directory" });
	}
	rules = options?.input ?? "";
	table = 'table inet heimweg { comment "made by heimweg" }';
	return "";
};

function programOf(...parts: Kind[]): ProgramKind<Types> {
	return {
		name: "heimweg-test",
		metrics: "test",
		description: "",
		help: "",
		defaultConfigPath: "/none",
		madeByUnit: [],
		programs: [],
		words: { setUp: "", run: "", status: "", checkConfig: "", down: "", postfix: "", postfixUndo: "" },
		core: {
			tunnel: z.strictObject(tunnelFields("/none")),
			...coreFields({ stateDir: "/none", runDir: "/none", port: 1 }),
		},
		parts,
		context: (common) => common,
	};
}

/** A part that tells what happens to it. */
function telling(name: string, more: Partial<Part> = {}, kind: Partial<Kind> = {}): Kind {
	const tell = (what: string) => void events.push(`${name} ${what}`);
	return {
		name,
		create: () => ({
			name,
			start: async () => tell("starts"),
			serve: () => tell("serves"),
			stop: () => tell("stops"),
			...more,
		}),
		...kind,
	};
}

async function made(...parts: Kind[]) {
	return madeAt(0, ...parts);
}

async function madeAt(port: number, ...parts: Kind[]) {
	const config: CoreConfig = {
		tunnel: {
			interface: "hw0",
			private_key_file: "/none",
			addresses: [parseAddress("10.86.0.2")],
			networks: [parseCidr("10.86.0.0/24")],
			mtu: 1280,
		},
		notify: {},
		http: { listen: { host: parseAddress("127.0.0.1"), port } },
		state_dir: folder,
		run_dir: folder,
		log: { level: "info", format: "auto" },
	};
	const source = configSource("/none", "");
	const loaded = { config, source, key: { privateKey: "", privateKeyFile: "" }, parts: new Map() };
	return createProgram(programOf(...parts), loaded, run, silent);
}

/** Asks over the control socket. */
function ask(path: string, method = "GET"): Promise<Record<string, unknown>> {
	return new Promise((resolve, reject) => {
		request({ socketPath: join(folder, "control.sock"), path, method }, (response) => {
			let text = "";
			response.on("data", (chunk) => {
				text += chunk;
			});
			response.on("end", () => resolve(JSON.parse(text)));
		})
			.on("error", reject)
			.end();
	});
}

test("parts start in the list's order, serve once the guard stands, and stop in reverse", async () => {
	const program = await made(telling("a"), telling("b"), telling("c"));
	expect(events).toEqual([]);
	await program.start();
	expect(events.slice(0, 3)).toEqual(["a starts", "b starts", "c starts"]);
	await expect.poll(() => events.length).toBe(6);
	expect(events.slice(3)).toEqual(["a serves", "b serves", "c serves"]);
	await program.stop();
	expect(events.slice(6)).toEqual(["c stops", "b stops", "a stops"]);
});

test("a user who holds the port for health keeps the program neither from starting nor from serving", async () => {
	const holder = createServer();
	await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => void holder.close());
	const program = await madeAt((holder.address() as AddressInfo).port, telling("a"));
	onTestFinished(() => program.stop());
	await program.start();
	await expect.poll(() => events).toEqual(["a starts", "a serves"]);
	const codes = async () => ((await ask("/status")).conditions as { code: string }[]).map(({ code }) => code);
	await expect.poll(codes).toContain("http.port_taken");
});

test("when a part fails to start, those that began are ended in reverse, and the others left alone", async () => {
	const fails = async () => {
		events.push("b starts");
		throw new Error("no");
	};
	const program = await made(telling("a"), telling("b", { start: fails }), telling("c"));
	await expect(program.start()).rejects.toThrow("no");
	await program.stop();
	expect(events).toEqual(["a starts", "b starts", "b stops", "a stops"]);
	await program.stop();
	expect(events).toHaveLength(4);
});

test("a part that cannot end does not keep the others from ending", async () => {
	const stuck = async () => {
		throw new Error("stuck");
	};
	const program = await made(telling("a"), telling("b", { stop: stuck }));
	await program.start();
	await program.stop();
	expect(events).toContain("a stops");
});

test("the guard's one table holds what the parts want in it", async () => {
	const rule = { chain: "output", rule: 'meta skuid != "heimweg" tcp dport 993 reject' } as const;
	const program = await made(telling("ports", {}, { guard: () => [rule] }));
	await program.start();
	await expect.poll(() => rules).toContain(`add rule inet heimweg output ${rule.rule}`);
	await program.stop();
});

test("the guard is set while parts start, after those with a say in it; none serves before all started", async () => {
	let known = "";
	let go = () => {};
	const gate = new Promise<void>((resolve) => {
		go = resolve;
	});
	const asks = telling("asks", {
		guard: () => [{ chain: "prerouting" as const, rule: `tcp dport ${known} drop` }],
		async start() {
			await new Promise((resolve) => setTimeout(resolve, 20));
			expect(rules).toBe("");
			known = "8688";
		},
	});
	const program = await made(asks, telling("slow", { start: () => gate }), telling("last"));
	const started = program.start();
	await expect.poll(() => rules).toContain("tcp dport 8688 drop");
	expect(events).toEqual([]);
	go();
	await started;
	await expect.poll(() => events).toEqual(["last starts", "asks serves", "slow serves", "last serves"]);
	await program.stop();
});

test("a part may want other rules while it runs, and hears when they stand", async () => {
	let port = 8686;
	let context: PartContext | undefined;
	const kind = telling("ports", {
		guard: () => [{ chain: "prerouting" as const, rule: `tcp dport ${port} drop` }],
	});
	const program = await made({
		...kind,
		create: (config, given, loaded) => {
			context = given;
			return kind.create(config, given, loaded);
		},
	});
	await program.start();
	expect(await context!.guardAnew()).toBe(true);
	expect(rules).toContain("tcp dport 8686 drop");
	port = 8687;
	const stands = context!.guardAnew().then((stood) => stood && rules);
	expect(await stands).toContain("tcp dport 8687 drop");
	await program.stop();
	expect(await context!.guardAnew()).toBe(false);
});

test("status, commands and ticks are what the parts bring", async () => {
	let ticks = 0;
	const part = telling("a", {
		status: () => ({ answer: 42 }),
		commands: { "do-it": async () => "done" },
		ticks: [{ every: 5, act: () => (ticks += 1) }],
	});
	const program = await made(part);
	await program.start();
	expect(await ask("/status")).toMatchObject({ answer: 42, conditions: [] });
	expect(await ask("/do-it", "POST")).toEqual({ text: "done" });
	await expect.poll(() => ticks).toBeGreaterThan(2);
	await program.stop();
	const then = ticks;
	await new Promise((resolve) => setTimeout(resolve, 30));
	expect(ticks).toBe(then);
});

test("a part may have something to tell while it is made, from what was saved", async () => {
	const kind: Kind = {
		name: "a",
		create(_, { statusChanged }) {
			statusChanged();
			return { name: "a", start: async () => void events.push("a starts") };
		},
	};
	const program = await made(kind);
	await program.start();
	expect(events).toEqual(["a starts"]);
	await program.stop();
});

test("what a part writes as it ends is on disk when the program has ended", async () => {
	const kind: Kind = {
		name: "a",
		create(_, { state }) {
			const memory = state("a.json", z.object({ last: z.string() }));
			return { name: "a", stop: () => void memory.write({ last: "words" }) };
		},
	};
	const program = await made(kind);
	await program.start();
	await program.stop();
	expect(readFileSync(join(folder, "a.json"), "utf8")).toContain("words");
});

test("a look that lasts is not begun again before it ends, and one that fails ends nothing", async () => {
	let under = 0;
	let most = 0;
	let runs = 0;
	const act = async () => {
		under += 1;
		most = Math.max(most, under);
		await new Promise((resolve) => setTimeout(resolve, 20));
		under -= 1;
		runs += 1;
		throw new Error("no");
	};
	const program = await made(telling("a", { ticks: [{ every: 3, act }] }));
	await program.start();
	await expect.poll(() => runs).toBeGreaterThan(2);
	await program.stop();
	expect(most).toBe(1);
});

const tunnel = '[tunnel]\naddresses = ["10.86.0.2"]\nnetworks = ["10.86.0.0/24"]\n';

test("the config file has the keys of all parts, with their reviews, and no others", () => {
	const ports: Kind = {
		name: "ports",
		config: { ports: z.strictObject({ imaps: z.int().default(993) }).prefault({}) },
		review: (config, complain) => {
			const { ports } = config as unknown as { ports: { imaps: number } };
			if (ports.imaps === 25) complain(["ports", "imaps"], "expected another port than 25");
		},
		create: () => undefined,
	};
	const read = (text: string) => parseConfig("c.toml", text, configSchema(programOf(ports)));
	expect(read(tunnel)).toMatchObject({ ports: { imaps: 993 }, tunnel: { interface: "hw0" } });
	expect(() => read(`${tunnel}[ports]\nimaps = 25\n`)).toThrow(
		"c.toml: ports.imaps: expected another port than 25, got",
	);
	expect(() => read(`${tunnel}[prots]\n`)).toThrow("prots: this key is not known");
	expect(() => configSchema(programOf(ports, ports))).toThrow('two parts want the key "ports"');
});

test("people read the rows of all parts by their place, whatever the order of the parts", () => {
	const last = { rows: () => [{ place: 40, name: "relay", text: "knows us" }] };
	const first = { rows: () => [{ place: 10, name: "tunnel", text: "up" }] };
	const text = statusText(
		{ name: "heimweg", parts: [last, first] },
		{ version: "1", mailFlows: true, conditions: [] },
	);
	expect(text).toBe("heimweg 1: mail can flow\ntunnel  up\nrelay   knows us\n\nNothing is wrong.\n");
});

test("what Postfix needs is what the parts need, each parameter looked at once", async () => {
	const side = (name: string, parameters: string[]) => ({
		postfix: () => ({
			program: "",
			look: { parameters, expanded: ["mynetworks"] },
			plan: () => ({ changes: [], notes: [name] }),
		}),
	});
	const both = await composedSide("heimweg", [side("a", ["x", "y"]), {}, side("b", ["y"])], {});
	expect(both.look).toEqual({ parameters: ["x", "y"], expanded: ["mynetworks"] });
	const now = { directory: "", set: new Map(), inForce: new Map(), expanded: new Map() };
	expect(
		both.plan({ ...now, service: undefined, overrides: new Map(), ports: new Map(), chroot: "n" }).notes,
	).toEqual(["a", "b"]);
});

test("the headline is folded from what the parts have seen, and a no means that mail cannot flow", async () => {
	const yes = { verdict: "yes", because: "a pulse was answered" } as const;
	const no = { verdict: "no", because: "Postfix sends past the relay" } as const;
	let outgoing: typeof yes | typeof no = yes;
	const program = await made(
		telling("a", { proof: () => ({ incoming: yes, outgoing: yes }) }),
		telling("b", { proof: () => ({ outgoing }) }),
	);
	await program.start();
	await expect.poll(async () => (await ask("/healthz")).mailFlows).toBe(true);
	expect(await ask("/status")).toMatchObject({ headline: { incoming: yes0, outgoing: yes0 } });
	outgoing = no;
	expect(await ask("/status")).toMatchObject({
		mailFlows: false,
		headline: { incoming: yes0, outgoing: { verdict: "no", because: [no.because] } },
	});
	expect(await ask("/healthz")).toMatchObject({ mailFlows: false });
	await program.stop();
});

const yes0 = { verdict: "yes", because: ["a pulse was answered"] };

test("a condition that a part sets shows in the health of the program", async () => {
	const kind: Kind = {
		name: "a",
		create: (_, { health }) => ({
			name: "a",
			start: async () => health.set(failing, "", { error: "no" }),
		}),
	};
	const program = await made(kind);
	await program.start();
	expect(await ask("/status")).toMatchObject({ conditions: [{ code: failing.code }] });
	await program.stop();
});
