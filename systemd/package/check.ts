import { spawn } from "node:child_process";
import { once } from "node:events";
import { installsOnArm } from "./on-arm.ts";

/** Has lintian(1) look at the packages, and installs those for arm64; prints what they say. False when one fails. */
export async function checkPackages(files: readonly string[]): Promise<boolean> {
	const clean = await lintian(files);
	const onArm = files.filter((file) => /_(all|arm64)\.deb$/.test(file));
	if (!onArm.some((file) => file.endsWith("_arm64.deb"))) return clean;
	return (await installsOnArm(onArm)) && clean;
}

async function lintian(files: readonly string[]): Promise<boolean> {
	const options = ["--allow-root", "--profile", "debian", "--fail-on", "error,warning"];
	const child = spawn("lintian", [...options, "--tag-display-limit", "0", ...files], {
		stdio: ["ignore", "inherit", "inherit"],
	});
	child.on("error", (error) => process.stderr.write(`lintian: ${error.message}\n`));
	const [code] = (await Promise.race([once(child, "exit"), once(child, "error")])) as [unknown];
	process.stdout.write(code === 0 ? "lintian: clean\n" : "lintian: see above\n");
	return code === 0;
}
