import { expect, test } from "vitest";
import { createSpoken } from "../../../shared/protocol/spoken.ts";

test("who speaks for the first time while others are being saved is saved with the next, in one list", async () => {
	const written: Array<{ version2: string[] }> = [];
	const spoken = createSpoken({
		read: async () => ({ version2: ["before"] }),
		async write(value) {
			written.push(value);
		},
		stop() {},
	});
	await spoken.restore();
	for (let home = 0; home < 1_000; home++) spoken.add(`key ${home}`);
	spoken.add("key 7");
	// A save that begins now has all of them, and nobody has made a list for each.
	expect(written).toHaveLength(1_000);
	expect(new Set(written).size).toBe(1);
	expect(written[0]!.version2).toEqual(["before", ...Array.from({ length: 1_000 }, (_, at) => `key ${at}`)]);
});
