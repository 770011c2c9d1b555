import { execFileSync } from "node:child_process";
import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { Command } from "commander";
import { buildPackages } from "./build.ts";
import { checkPackages } from "./check.ts";
import type { Architecture } from "./runtime.ts";

// npm run package: the Debian packages, and with a key the repository that apt takes them from.

const architectures: readonly Architecture[] = ["amd64", "arm64"];

/** Seconds since 1970 of the last change: the same sources give the same packages (reproducible-builds.org). */
function epoch(): number {
	const given = process.env.SOURCE_DATE_EPOCH;
	if (given !== undefined) {
		if (!/^\d+$/.test(given))
			throw new Error(`SOURCE_DATE_EPOCH is "${given}", wanted are seconds since 1970`);
		return Number(given);
	}
	try {
		return Number(execFileSync("git", ["log", "-1", "--format=%ct"], { encoding: "utf8", stdio: "pipe" }));
	} catch {
		throw new Error("this is no git checkout, so say how old the sources are: SOURCE_DATE_EPOCH=$(date +%s)");
	}
}

function maintainerOfMachine(): string | undefined {
	const { DEBFULLNAME: name, DEBEMAIL: address } = process.env;
	return name && address ? `${name} <${address}>` : undefined;
}

function wantedArchitectures(text: string): Architecture[] {
	const wanted = text.split(",");
	const unknown = wanted.find((one) => !architectures.includes(one as Architecture));
	if (unknown !== undefined)
		throw new Error(`--arch: "${unknown}" is not known; there are ${architectures.join(" and ")}`);
	return wanted as Architecture[];
}

const program = new Command("npm run package --")
	.description("Builds the Debian packages heimweg, heimweg-relay, heimweg-common and heimweg-node.")
	.option("-o, --output <folder>", "where they go", "dist/packages")
	.option("--arch <list>", "for which machines heimweg-node is built", architectures.join(","))
	.option("--sign <key>", "make a repository of it that apt takes from, signed with this key of gpg")
	.option(
		"--maintainer <name>",
		"whose packages they are, as DEBFULLNAME and DEBEMAIL say",
		maintainerOfMachine(),
	)
	.option(
		"--node <folder>",
		"an unpacked official archive of Node for a single --arch, instead of the npm package",
	)
	.option("--fast", "pack quickly instead of small, to try things out")
	.option("--check", "also run lintian, and install the arm64 packages under qemu-user (as root)")
	.action(async (given) => {
		const arch = wantedArchitectures(given.arch);
		if (given.node && arch.length !== 1)
			throw new Error("--node is for one architecture: say which with --arch");
		const output = resolve(given.output);
		if (!given.fast)
			process.stdout.write(
				"Packing Node takes a minute or two for each architecture; --fast is quicker, and makes larger files.\n",
			);
		const files = await buildPackages({
			output,
			architectures: arch,
			maintainer: given.maintainer ?? "Heimweg <heimweg@package.invalid>",
			epoch: epoch(),
			packing: given.fast ? "fast" : "small",
			node: given.node && resolve(given.node),
			key: given.sign,
		});
		for (const file of files) {
			const { size } = await stat(file);
			const shown = size < 1e5 ? `${(size / 1e3).toFixed(0)} kB` : `${(size / 1e6).toFixed(2)} MB`;
			process.stdout.write(`${basename(file)}  ${shown}\n`);
		}
		process.stdout.write(`${given.sign ? "The repository is" : "They are"} in ${output}\n`);
		if (given.check && !(await checkPackages(files))) process.exitCode = 1;
	});

try {
	await program.parseAsync();
} catch (error) {
	process.stderr.write(`${(error as Error).message}\n`);
	process.exitCode = 1;
}
