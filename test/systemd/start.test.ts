import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fewHomes, flags } from "../../systemd/package/node-flags.ts";
import { commonPackage } from "../../systemd/package/packages.ts";

describe("the starter", () => {
	let folder: string;

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), "heimweg-start-"));
		const { files } = await commonPackage({ version: "1.2.3", maintainer: "Anna <a@b.invalid>", epoch: 0 });
		const start = files.find(({ path }) => path === "/usr/lib/heimweg/start")!;
		const content = "content" in start ? String(start.content) : "";
		program("start", content.replace(/^(here|etc)=.*$/gm, `$1=${folder}`));
		symlinkSync("start", join(folder, "heimweg-relay"));
		mkdirSync(join(folder, "bin"));
	});
	afterAll(() => rmSync(folder, { recursive: true }));

	function program(name: string, text: string): void {
		writeFileSync(join(folder, name), text);
		chmodSync(join(folder, name), 0o755);
	}

	/** Says its version, or what it was started with. */
	const node = (version: string) => `#!/bin/sh\n[ "$1" = --version ] && echo ${version} || echo "$0: $*"\n`;

	function start(...args: string[]) {
		const { stdout, stderr, status } = spawnSync("/bin/sh", [join(folder, "heimweg-relay"), ...args], {
			// Nothing of this machine but its own folder.
			env: { PATH: join(folder, "bin") },
			encoding: "utf8",
		});
		return { stdout, stderr, status };
	}

	it("says in one sentence that there is no Node, and ends with 78", () => {
		expect(start("run")).toEqual({
			stdout: "",
			stderr: 'heimweg-relay needs Node 20.19 or newer, and there is none: run "apt install heimweg-node"\n',
			status: 78,
		});
	});

	it.each(["v18.20.4", "v20.18.3", "v0.10.29", "not a version", "''"])(
		"refuses %s in one sentence",
		(version) => {
			program("bin/node", node(version));
			const { stdout, stderr, status } = start("status");
			expect({ stdout, status }).toEqual({ stdout: "", status: 78 });
			expect(stderr).toMatch(
				/^heimweg-relay needs Node 20\.19 or newer, and \S+ is .*: run "apt install heimweg-node"\n$/,
			);
		},
	);

	it.each(["v20.19.0", "v20.20.2", "v22.1.0", "v24.21.0"])(
		"starts the program on the system's %s",
		(version) => {
			program("bin/node", node(version));
			expect(start("status", "--home", "a b")).toEqual({
				stdout: `${folder}/bin/node: ${folder}/heimweg-relay.mjs status --home a b\n`,
				stderr: "",
				status: 0,
			});
		},
	);

	it("prefers the Node of its package, with flags for little memory", () => {
		program("bin/node", node("v18.20.4"));
		program("node", node("v24.21.0"));
		expect(start("run").stdout).toBe(
			`${folder}/node: ${flags["heimweg-relay"].join(" ")} ${folder}/heimweg-relay.mjs run\n`,
		);
	});

	it("lets V8 compile for speed on a relay with many homes, or with homes in another folder", () => {
		program("node", node("v24.21.0"));
		const crowded = `${folder}/node: ${flags.crowded.join(" ")} ${folder}/heimweg-relay.mjs run --config a b\n`;
		const home = (at: number) => join(folder, "homes.d", `home${at}.toml`);
		mkdirSync(join(folder, "homes.d"));
		for (let at = 0; at < fewHomes; at++) writeFileSync(home(at), "");
		expect(start("run", "--config", "a b").stdout).not.toBe(crowded);
		writeFileSync(home(fewHomes), "");
		expect(start("run", "--config", "a b").stdout).toBe(crowded);
		rmSync(home(0));
		writeFileSync(join(folder, "relay.toml"), '[tunnel]\n# homes_dir = "/srv/homes"\n');
		expect(start("run", "--config", "a b").stdout).not.toBe(crowded);
		writeFileSync(join(folder, "relay.toml"), 'homes_dir = "/srv/homes"\n');
		expect(start("run", "--config", "a b").stdout).toBe(crowded);
	});
});
