import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type EnrolOptions, enrol } from "../../../agent/join/enrol.ts";
import { CommandError, type RunCommand } from "../../../shared/command.ts";
import { modelMachine, modelRelay } from "./model.ts";

/** No daemon runs here, and nothing else either. */
const run: RunCommand = async (command) => {
	throw new CommandError(command, "none here", { exitCode: 3 });
};

async function machine() {
	const root = await mkdtemp(join(tmpdir(), "heimweg-join-"));
	onTestFinished(() => rm(root, { recursive: true, force: true }));
	const paths = { folder: join(root, "etc"), runFolder: join(root, "run") };
	await mkdir(paths.folder);
	const relay = await modelRelay();
	const model = modelMachine(relay);
	const options: EnrolOptions = { run, paths, patience: 60, world: model.world };
	return { code: await relay.invite("anna"), model, options, files: () => readdir(paths.folder) };
}

test("a firewall of this machine that keeps the questions in is named, with the lines that let them out", async () => {
	const { code, model, options } = await machine();
	const chain = { family: "inet", table: "filter", name: "output", hook: "output", policy: "drop" };
	const walled: RunCommand = async (command, args, more) =>
		command === "nft" ? JSON.stringify({ nftables: [{ chain }] }) : run(command, args, more);
	model.world.ask = async () => undefined;
	await expect(enrol(code, { ...options, run: walled })).rejects.toMatchObject({
		message: expect.stringContaining("does not answer"),
		remedy: expect.stringContaining(
			`"nft insert rule inet filter output 'udp dport 51820 accept comment "heimweg 51820/udp out"'"`,
		),
	});
	await expect(enrol(code, options)).rejects.toMatchObject({
		remedy: expect.not.stringContaining("this machine's firewall"),
	});
});

test("another VPN that takes what is for the tunnel is told at once, and the tunnel goes again", async () => {
	const { code, model, options, files } = await machine();
	model.otherWay = "tailscale0 (table 52)";
	let asked = 0;
	model.world.ask = async () => {
		asked += 1;
		return undefined;
	};
	await expect(enrol(code, { ...options, patience: 60_000 })).rejects.toMatchObject({
		message: "what this machine sends to 10.86.0.1, the relay in the tunnel, leaves by tailscale0 (table 52)",
		remedy: expect.stringContaining("ip rule"),
	});
	expect([asked, model.tunnel, await files()]).toEqual([0, undefined, ["join.json"]]);
});
