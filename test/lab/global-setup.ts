import { debian12, debian12WithDovecot, debian13, rootImage } from "./root-image.ts";
import { deadRuns, removeRun } from "./run.ts";
import { buildPrograms } from "./scene.ts";

/**
 * Before the tests on real hosts: removes what a killed run may have left, makes the hosts' root images, and builds the
 * programs that they install, so that the time this takes is no test's. Each test file boots a lab of its own (see
 * use-lab.ts). Afterwards: a test process that was killed has left nothing either.
 */
export default async function setup(): Promise<() => Promise<void>> {
	if (process.getuid?.() !== 0) {
		console.log("Not root: the tests on real hosts (test/lab) are skipped.");
		return async () => {};
	}
	await removeDeadRuns();
	for (const root of [debian13, debian12, debian12WithDovecot])
		await rootImage((line) => console.log(line), undefined, root);
	buildPrograms();
	return removeDeadRuns;
}

async function removeDeadRuns(): Promise<void> {
	for (const run of await deadRuns()) await removeRun(run);
}
