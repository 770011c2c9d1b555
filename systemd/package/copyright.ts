import { readFile } from "node:fs/promises";
import { type Bundled, bundledPackages } from "./bundled.ts";

/** Heimweg's own licence, as the file `copyright` of each package has it. */
export async function ownCopyright(): Promise<string> {
	return `Heimweg\n\n${await readFile(new URL("../../LICENSE", import.meta.url), "utf8")}`;
}

/** Heimweg's licence, and that of every npm package that is bundled into a program. */
export async function bundledCopyright(folders: readonly string[]): Promise<string> {
	const packages = await bundledPackages(folders);
	const parts = packages.map((one) => {
		const title = `${one.name} ${one.version} (${one.licence})`;
		return `${title}\n${"-".repeat(title.length)}\n\n${textOf(one)}\n`;
	});
	const lead = "The program also contains parts of these npm packages, under their own licences:";
	return [await ownCopyright(), `${lead}\n`, ...parts].join("\n");
}

/** Debian has the Apache licence on every machine; what remains is whose it is. */
function textOf({ licence, licenceText }: Bundled): string {
	if (licence !== "Apache-2.0") return licenceText;
	const owners = licenceText.split("\n").filter((line) => /^\s*Copyright (?!\[yyyy\])[\d(]/.test(line));
	return [
		...owners.map((line) => line.trim()),
		"Licensed under the Apache License, Version 2.0: /usr/share/common-licenses/Apache-2.0",
	].join("\n");
}

/** Node's licence, which has those of all that Node is made of. */
export async function nodeCopyright(licenceFile: string): Promise<string> {
	return `Node.js, as its project built it, and what it is made of. Its own file LICENSE:\n\n${await readFile(licenceFile, "utf8")}`;
}
