import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundle, type ProgramName, programs } from "../../systemd/bundle.mjs";
import { packDeb } from "../../systemd/package/deb.ts";
import { commonPackage, nodePackage, programPackage } from "../../systemd/package/packages.ts";
import { makeRepository } from "../../systemd/package/repository.ts";

const edition = { version: "1.2.3", maintainer: "Anna <anna@package.invalid>", epoch: 1_790_000_000 };
const names = Object.keys(programs) as ProgramName[];

let folder: string;
/** By name: what was packed first, and once more at another time in another place. */
const packages = new Map<string, string[]>();

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "heimweg-packages-"));
	writeFileSync(join(folder, "node"), "no Node, but a file");
	writeFileSync(join(folder, "LICENSE"), "whose it is");
	const runtime = {
		architecture: "arm64",
		...{ version: "24.21.0", revision: "1", sha256: "00", epoch: edition.epoch },
		...{ binary: join(folder, "node"), licence: join(folder, "LICENSE") },
	} as const;
	for (const round of ["once", "twice"]) {
		mkdirSync(join(folder, round));
		const debs = [
			await commonPackage(edition),
			...(await Promise.all(
				names.map(async (name) => programPackage(name, edition, await bundle(name, edition.version))),
			)),
			await nodePackage(runtime, edition.maintainer),
		];
		for (const deb of debs) {
			const file = await packDeb(deb, join(folder, round), edition.epoch, "small");
			packages.set(deb.name, [...(packages.get(deb.name) ?? []), file]);
		}
	}
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

const fileOf = (name: string) => packages.get(name)![0]!;
const dpkgDeb = (...args: string[]) => execFileSync("dpkg-deb", args, { encoding: "utf8" });
const field = (name: string, wanted: string) => dpkgDeb("--field", fileOf(name), wanted).trim();
const text = (name: string, path: string) =>
	execFileSync("sh", ["-c", 'dpkg-deb --fsys-tarfile "$1" | tar -xO ".$2"', "sh", fileOf(name), path], {
		encoding: "utf8",
	});
const scriptOf = (name: string, script: string) => dpkgDeb("--info", fileOf(name), script);

describe("the Debian packages", () => {
	it("are the same to the last byte when they are built again", () => {
		const hash = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");
		expect(packages.size).toBe(4);
		for (const [name, [once, twice]] of packages)
			expect(`${name} ${hash(once!)}`).toBe(`${name} ${hash(twice!)}`);
	});

	it("belong to root, and nothing in them is younger than the sources", () => {
		for (const name of packages.keys()) {
			for (const line of dpkgDeb("--contents", fileOf(name)).trim().split("\n"))
				expect(line).toMatch(/^[dl-][rwx-]{9} root\/root +\d+ 2026-09-21 \d\d:\d\d \.\//);
		}
	});

	it("have no file in common", () => {
		const files = [...packages.keys()].flatMap((name) =>
			dpkgDeb("--contents", fileOf(name))
				.split("\n")
				.flatMap((line) => (/^[l-]/.test(line) ? [line.split(/\s+/)[5]!] : [])),
		);
		expect(files.length).toBeGreaterThan(40);
		expect(new Set(files).size).toBe(files.length);
	});

	it("bring heimweg with less than a megabyte", () => {
		for (const name of names) expect(readFileSync(fileOf(name)).length).toBeLessThan(1_000_000);
	});

	it("need each other in the same version, and a Node of ours or one that is new enough", () => {
		for (const name of names) {
			const depends = field(name, "Depends").split(", ");
			expect(depends).toEqual(
				expect.arrayContaining([
					"heimweg-common (= 1.2.3)",
					"heimweg-node | nodejs (>= 20.19)",
					"wireguard-tools",
				]),
			);
		}
		expect(field("heimweg-relay", "Depends")).toContain("postfix-lmdb");
		expect(field("heimweg-node", "Architecture")).toBe("arm64");
		expect(field("heimweg-node", "Version")).toBe("24.21.0+heimweg1");
	});

	it("name licence and hash of everything that is bundled", async () => {
		for (const name of names) {
			const { packages: folders } = await bundle(name, edition.version);
			const copyright = text(name, `/usr/share/doc/${name}/copyright`);
			const sbom = JSON.parse(text(name, `/usr/share/doc/${name}/sbom.cdx.json`)) as {
				components: Array<{ name: string; version: string; hashes: Array<{ content: string }> }>;
			};
			expect(sbom.components).toHaveLength(folders.length);
			for (const { name: one, version, hashes } of sbom.components) {
				expect(copyright).toContain(`\n${one} ${version} (`);
				expect(hashes[0]!.content).toMatch(/^[0-9a-f]{128}$/);
			}
			expect(sbom.components.map((one) => one.name)).toEqual(
				expect.arrayContaining(["zod", "commander", "pino"]),
			);
		}
		expect(text("heimweg-node", "/usr/share/doc/heimweg-node/copyright")).toContain("whose it is");
	});

	it("have units that start what is in /usr/bin and point to a page that is there", () => {
		for (const name of names) {
			const files = dpkgDeb("--contents", fileOf(name));
			const units = [...files.matchAll(/\.(\/usr\/lib\/systemd\/system\/\S+)/g)].map(([, path]) => path!);
			expect(units.length).toBeGreaterThan(4);
			for (const unit of units) {
				const lines = text(name, unit);
				expect(lines).toContain(`Documentation=man:${name}(8)\n`);
				expect(lines).not.toContain("/usr/local");
				// The unit is gone before a purge could look for what it listens on.
				if (unit.endsWith(".socket")) expect(lines).toContain("\nRemoveOnStop=yes\n");
			}
			expect(files).toContain(`./usr/share/man/man8/${name}.8.gz`);
		}
	});

	it("have scripts in plain sh that end well whatever happens, and never touch wireguard-go but in a purge", () => {
		for (const name of packages.keys()) {
			const scripts = readdirSync(controlFolder(fileOf(name))).filter((one) =>
				/^(pre|post)(inst|rm)$/.test(one),
			);
			expect(scripts.length > 0).toBe(name !== "heimweg-node");
			for (const script of scripts) {
				const lines = scriptOf(name, script);
				const path = join(folder, `${name}.${script}`);
				writeFileSync(path, lines);
				execFileSync("dash", ["-n", path]);
				expect(lines).toMatch(/\nexit 0\n*$/);
				expect(lines).not.toMatch(/^set -e/m);
				const [, purge = ""] = lines.split('"$1" = purge');
				expect(lines.replace(purge, "")).not.toMatch(/systemctl .*heimweg-wireguard-go@/);
			}
		}
	});

	it("leave a machine without systemd and Postfix well, in every step", () => {
		for (const name of names) {
			for (const [script, step] of [
				["postinst", "configure"],
				["postinst", "triggered"],
				["prerm", "upgrade"],
				["postrm", "upgrade"],
			] as const) {
				const path = join(folder, `${name}.${script}`);
				writeFileSync(
					path,
					scriptOf(name, script).replaceAll("/run/systemd/system", join(folder, "nowhere")),
				);
				const bin = join(folder, "bin");
				mkdirSync(bin, { recursive: true });
				for (const tool of ["systemctl", "systemd-tmpfiles", "deb-systemd-invoke"]) {
					writeFileSync(join(bin, tool), `#!/bin/sh\necho ${tool} >>${join(folder, "called")}\nexit 1\n`);
					chmodSync(join(bin, tool), 0o755);
				}
				const env = { PATH: `${bin}:/usr/bin:/bin` };
				execFileSync("sh", [path, step, "1.0"], { env, stdio: "pipe" });
			}
		}
		expect(readFileSync(join(folder, "called"), "utf8")).not.toMatch(/systemctl|invoke/);
	});

	it.each(names)("take away at a purge each folder that the unit of %s has made", (name) => {
		const unit = text(name, `/usr/lib/systemd/system/${name}.service`);
		const made = [...unit.matchAll(/^(State|Runtime|Cache)Directory=(.+)$/gm)].map(
			([, kind, path]) => `${{ State: "/var/lib", Runtime: "/run", Cache: "/var/cache" }[kind!]}/${path}`,
		);
		expect(made).toHaveLength(3);
		const folders = scriptOf(name, "postrm")
			.match(/^folders=["'](.*)["']$/m)?.[1]
			?.split(" ");
		expect(folders).toEqual(expect.arrayContaining(made));
		expect(unit).toContain(`\nEnvironment=NODE_COMPILE_CACHE=/var/cache/${name}\n`);
	});

	it("enable anew each unit that was enabled when systemd/install had put it there", () => {
		const root = join(folder, "installed");
		const wants = join(root, "etc/systemd/system/multi-user.target.wants");
		const bin = join(root, "bin");
		for (const one of [wants, bin, join(root, "usr/local/lib/heimweg"), join(root, "var")])
			mkdirSync(one, { recursive: true });
		writeFileSync(join(root, "usr/local/lib/heimweg/heimweg-relay.js"), "");
		const units = ["heimweg-relay.service", "heimweg-relay-haproxy.service"];
		for (const unit of units) {
			writeFileSync(join(root, "etc/systemd/system", unit), "");
			symlinkSync(`/etc/systemd/system/${unit}`, join(wants, unit));
		}
		for (const tool of ["systemctl", "systemd-tmpfiles", "deb-systemd-invoke"])
			writeFileSync(join(bin, tool), `#!/bin/sh\necho "$@" >>${join(root, "called")}\n`, { mode: 0o755 });
		const script = scriptOf("heimweg-relay", "postinst")
			.replaceAll("/run/systemd/system", join(root, "nowhere"))
			.replaceAll(/\/(?=usr\/local\/|etc\/|var\/backups)/g, `${root}/`);
		writeFileSync(join(root, "postinst"), script);
		const env = { PATH: `${bin}:/usr/bin:/bin` };
		execFileSync("sh", [join(root, "postinst"), "configure", ""], { env, stdio: "pipe" });
		const called = readFileSync(join(root, "called"), "utf8");
		for (const unit of units) expect(called).toContain(`--quiet reenable ${unit}\n`);
	});

	it("are listed in a repository whose hashes are signed with the owner's key", async () => {
		const keys = join(folder, "keys");
		mkdirSync(keys, { mode: 0o700 });
		const gpg = (...args: string[]) =>
			execFileSync("gpg", ["--homedir", keys, "--batch", ...args], { encoding: "utf8", stdio: "pipe" });
		gpg(
			"--passphrase",
			"",
			"--quick-generate-key",
			"Anna <anna@package.invalid>",
			"ed25519",
			"sign",
			"never",
		);
		const repository = join(folder, "once");
		await makeRepository(repository, { key: "anna@package.invalid", keys }, edition.epoch);
		execFileSync("gpgconf", ["--homedir", keys, "--kill", "all"]);
		const index = readFileSync(join(repository, "Packages"));
		for (const name of packages.keys()) {
			const entry = index
				.toString()
				.split("\n\n")
				.find((one) => one.includes(`Package: ${name}\n`));
			expect(entry).toContain(`\nFilename: ./${basename(fileOf(name))}\n`);
		}
		const signed = gpg("--decrypt", join(repository, "InRelease"));
		expect(signed).toContain(
			` ${createHash("sha256").update(index).digest("hex")} ${index.length} Packages\n`,
		);
		expect(readFileSync(join(repository, "heimweg.asc"), "utf8")).toContain("BEGIN PGP PUBLIC KEY BLOCK");
	});
});

function controlFolder(file: string): string {
	const path = mkdtempSync(join(folder, "control-"));
	execFileSync("dpkg-deb", ["--control", file, path]);
	return path;
}
