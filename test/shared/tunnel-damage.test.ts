import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parseAddress, parseCidr } from "../../shared/address.ts";
import type { RunCommand } from "../../shared/command.ts";
import { HeimwegError } from "../../shared/errors.ts";
import { tunnelInterface } from "../../shared/tunnel-interface.ts";
import { damagedJson } from "./damage.ts";
import { memoryTunnel } from "./memory-tunnel.ts";

const privateKey = Buffer.alloc(32, 7).toString("base64");

/** A tunnel that is set up, and `ip`'s words about it, which a test may damage. */
async function stage() {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-tunnel-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	const privateKeyFile = join(folder, "key");
	await writeFile(privateKeyFile, privateKey, { mode: 0o600 });
	const machine = memoryTunnel();
	const scene = { damage: (text: string, _what: string) => text };
	const run: RunCommand = async (command, args, options) => {
		const text = await machine.run(command, args, options);
		return args[0] === "-j" ? scene.damage(text, args.includes("link") ? "link" : "address") : text;
	};
	const tunnel = tunnelInterface(run, {
		name: "hw0",
		addresses: [parseAddress("10.86.0.2"), parseAddress("fd86::2")],
		networks: [parseCidr("10.86.0.0/24"), parseCidr("fd86::/64")],
		mtu: 1280,
		privateKey,
		privateKeyFile,
	});
	await tunnel.ensure();
	machine.changesOf();
	return { scene, tunnel, machine, link: () => machine.links.get("hw0")! };
}

test.each(["link", "address"])(
	"whatever ip says oddly of our %s, the interface stays as it should be",
	async (what) => {
		const { scene, tunnel, machine, link } = await stage();
		const before = structuredClone(link());
		const show = ["-j", ...(what === "link" ? ["-d"] : []), what, "show", "dev", "hw0"];
		for (const { text, path } of damagedJson(await machine.run("ip", show))) {
			scene.damage = (whole, about) => (about === what ? text : whole);
			const error = await tunnel.ensure().then(
				() => undefined,
				(reason) => reason,
			);
			// Whose the interface is must be read; everything else costs nothing.
			const whose = what === "link" && (path.length === 1 || !["mtu", "flags"].includes(String(path[1])));
			if (error) expect([whose, error instanceof HeimwegError], `${path}: ${error}`).toEqual([true, true]);
			scene.damage = (whole) => whole;
			await tunnel.ensure();
			expect({ ...link(), addresses: [...link().addresses].sort() }).toEqual(before);
			expect(machine.changesOf().some((call) => call.startsWith("ip link del"))).toBe(false);
		}
	},
);
