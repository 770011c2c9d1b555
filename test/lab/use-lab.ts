import { afterAll, beforeAll, describe } from "vitest";
import { type Lab, type LabOptions, startLab } from "./lab.ts";

/** As vitest's `describe`, for tests on real hosts: skipped without root. */
export const describeLab = describe.skipIf(process.getuid?.() !== 0);

/**
 * Boots a lab for the tests of the `describeLab` it is called in (about 3 s) and removes it after them. The returned
 * function gives the lab to a test. When something failed, `LAB_LOG=1` shows what the lab does.
 */
export function useLab(options: LabOptions = {}): () => Lab {
	const log = process.env.LAB_LOG ? (line: string) => console.log(line) : undefined;
	let lab: Lab | undefined;
	beforeAll(async () => {
		lab = await startLab({ log, ...options });
	});
	afterAll(() => lab?.stop());
	return () => {
		if (!lab) throw new Error("the lab is there in tests and hooks only");
		return lab;
	};
}
