import { deadRuns, recordedRun, removeRun } from "./run.ts";

// Removes what is left of runs of the lab whose process was killed; with HEIMWEG_LAB_RUN, of that one.
const name = process.env.HEIMWEG_LAB_RUN;
const dead = await deadRuns();
for (const run of name ? dead.filter((candidate) => candidate.name === name) : dead) {
	await removeRun(run);
	console.log(`removed what was left of the lab run ${run.name}`);
}
if (name && (await recordedRun(name))) {
	console.error(`lab run ${name} was left alone: the process that started it is still there`);
	process.exitCode = 1;
}
