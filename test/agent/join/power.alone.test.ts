import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { enrol, joined, underWay } from "../../../agent/join/enrol.ts";
import { homeKey } from "../../../agent/join/key.ts";
import { secondMachine } from "../../../relay-side/invite/conditions.ts";
import { CommandError, type RunCommand } from "../../../shared/command.ts";
import { Interrupted } from "../../../shared/prompt.ts";
import { modelMachine, modelRelay, relayFolder } from "./model.ts";
import { type Files, leftOf, watchDisk } from "./power.ts";

vi.mock("node:fs/promises", async (original) => (await import("./power.ts")).bookkeeping(original));

/** No daemon runs here. */
const run: RunCommand = async (command) => {
	throw new CommandError(command, "none here", { exitCode: 3 });
};

async function put(folder: string, files: Files): Promise<void> {
	await mkdir(folder, { recursive: true });
	for (const [name, text] of files) await writeFile(join(folder, name), text, { mode: 0o600 });
}

/** A home's machine with a disk of its own, on the way to the relay. */
async function homeOf(relay: Awaited<ReturnType<typeof modelRelay>>, files: Files = new Map()) {
	const root = await mkdtemp(join(tmpdir(), "heimweg-join-"));
	onTestFinished(() => rm(root, { recursive: true, force: true }));
	const paths = { folder: join(root, "etc"), runFolder: join(root, "run") };
	await put(paths.folder, files);
	return { paths, options: { run, paths, patience: 60, world: modelMachine(relay).world } };
}

test("whatever of either disk was not synced when the power went, the same command ends well", async () => {
	const relay = await modelRelay();
	const home = await homeOf(relay);
	/** What both disks may hold after a cut, each pair once. */
	const cuts = new Map<string, { onRelay: Files; atHome: Files }>();
	const code = await relay.invite("anna");
	await watchDisk([relay.folder, home.paths.folder], async () => {
		const [there, here] = [await leftOf(relay.folder), await leftOf(home.paths.folder)];
		for (const onRelay of [there.lasting, there.written])
			for (const atHome of [here.lasting, here.written])
				cuts.set(JSON.stringify([[...onRelay], [...atHome]]), { onRelay, atHome });
	});
	await enrol(code, home.options);
	await watchDisk([]);
	expect(cuts.size).toBeGreaterThan(20);
	for (const { onRelay, atHome } of cuts.values()) {
		const folder = await relayFolder();
		await put(folder, onRelay);
		const started = await modelRelay(undefined, relay.privateKey, folder);
		const { paths, options } = await homeOf(started, atHome);
		const left = JSON.stringify([[...onRelay.keys()], [...atHome.keys()]]);
		if (!(await joined(paths)))
			await enrol((await underWay(paths)) ? undefined : code, options).catch((error) => {
				throw new Error(`${left}: ${error}`);
			});
		const record = started.book.records.get("anna0000");
		expect(record, left).toMatchObject({ state: "joined", publicKey: await homeKey(paths) });
		expect(started.health.has(secondMachine, "anna"), left).toBe(false);
	}
});

test.each(["the question", "the pulse"])(
	"ended while %s waits for an answer, it goes on without the code when it is run again",
	async (waiting) => {
		const relay = await modelRelay();
		const { paths, options } = await homeOf(relay);
		const machine = modelMachine(relay);
		const stop = new AbortController();
		const interrupted = new Interrupted();
		const untilEnded = async <Answer>(answer: Answer): Promise<Answer> => {
			stop.abort(interrupted);
			return answer;
		};
		const world = {
			...machine.world,
			...(waiting === "the question"
				? { ask: () => untilEnded(undefined) }
				: { pulse: () => untilEnded(false) }),
		};
		const code = await relay.invite("anna");
		await expect(enrol(code, { ...options, world, signal: stop.signal })).rejects.toBe(interrupted);
		// Until the relay has its key, the code's tunnel is nobody's.
		if (waiting === "the question") expect(machine.tunnel).toBeUndefined();
		expect(await underWay(paths)).toBe(true);
		await enrol(undefined, options);
		expect([await joined(paths), await underWay(paths)]).toEqual([true, false]);
	},
);
