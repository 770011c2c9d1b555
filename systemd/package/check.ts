import { spawn } from "node:child_process";
import { once } from "node:events";

/** Has lintian(1) look at the packages; prints what it says. */
export async function checkPackages(files: readonly string[]): Promise<boolean> {
	// What it would have to say of a distribution's own packages, such as an upload's distribution, is left out.
	return run("lintian", [
		"--profile",
		"debian",
		"--fail-on",
		"error,warning",
		"--tag-display-limit",
		"0",
		...files,
	]);
}

async function run(command: string, args: readonly string[]): Promise<boolean> {
	const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
	const [code] = (await once(child, "exit")) as [number | null];
	return code === 0;
}
