import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { agentFacts } from "../../../agent/facts.ts";
import { mail } from "../../../agent/mail/part.ts";
import { relayFacts } from "../../../relay-side/facts.ts";
import { postfix } from "../../../relay-side/postfix/part.ts";
import { parseAddress } from "../../../shared/address.ts";
import type { RunCommand } from "../../../shared/command.ts";
import { Health } from "../../../shared/health.ts";
import {
	createReloadWatch,
	lookForReloadEvery,
	oweReload,
	reloadPostfix,
} from "../../../shared/postfix/reload.ts";
import { logLines } from "../../agent/log-lines.ts";

/** Folders of a Postfix that runs since a second ago, and says where they are. */
async function stage() {
	const settings = await mkdtemp(join(tmpdir(), "heimweg-reload-"));
	onTestFinished(() => rm(settings, { recursive: true }));
	const pid = join(settings, "queue/pid/master.pid");
	await mkdir(join(settings, "queue/pid"), { recursive: true });
	const startedAt = async (seconds: number) => {
		await writeFile(pid, "1");
		await utimes(pid, Date.now() / 1000 + seconds, Date.now() / 1000 + seconds);
	};
	await startedAt(-1);
	const run: RunCommand = async (program, args) => {
		if (program !== "postconf") return "";
		const [name] = args.slice(-1);
		if (name === "config_directory") return `${settings}\n`;
		if (name === "queue_directory") return `${join(settings, "queue")}\n`;
		if (name === "default_database_type") return "lmdb\n";
		throw new Error("not asked here");
	};
	return { settings, run, pid, startedAt };
}

test("settings that Postfix has yet to read are told until it was reloaded, or started anew", async () => {
	const { settings, run, pid, startedAt } = await stage();
	const told: boolean[] = [];
	const look = createReloadWatch(run, (owed) => told.push(owed));
	await look();
	await oweReload(settings);
	await look();
	await reloadPostfix(run, settings);
	await look();
	await oweReload(settings);
	await rm(pid);
	await look();
	await startedAt(1);
	await look();
	expect(told).toEqual([false, true, false, true, false]);
});

test("where Postfix says nothing, nothing is told of its settings", async () => {
	const told: boolean[] = [];
	const fails = async () => {
		throw new Error("no such program");
	};
	await createReloadWatch(fails, (owed) => told.push(owed))();
	expect(told).toEqual([]);
});

test("the status of both sides says that their Postfix has yet to read its settings, and what to run", async () => {
	const { settings, run } = await stage();
	await oweReload(settings);
	const { log } = logLines();
	const addresses = [parseAddress("10.86.0.1")];
	const home = new Health(log);
	const relay = new Health(log);
	const atHome = await mail.create(
		{ relays: [{ addresses }], mail: {} } as never,
		{ facts: agentFacts(), run, health: home, log } as never,
		undefined,
	);
	const onRelay = await postfix.create(
		{
			...{ postfix: { maps_dir: settings, service: "heimweg" }, run_dir: settings },
			tunnel: { networks: [], addresses },
		} as never,
		{ facts: relayFacts(), run, health: relay, log } as never,
		undefined,
	);
	for (const part of [atHome, onRelay].flat())
		for (const { every, act } of part?.ticks ?? []) if (every === lookForReloadEvery) await act();
	expect(home.list()).toMatchObject([
		{
			code: "mail.reload_owed",
			remedy: expect.stringMatching(/^run "heimweg postfix --apply" on this home/),
		},
	]);
	expect(relay.list()).toMatchObject([
		{
			code: "postfix.reload_owed",
			remedy: expect.stringMatching(/^run "heimweg-relay postfix --apply" on this relay/),
		},
	]);
	for (const part of [atHome, onRelay].flat()) await part?.stop?.();
});
