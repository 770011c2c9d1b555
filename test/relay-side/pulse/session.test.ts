import { expect, test } from "vitest";
import { judge, newSession } from "../../../relay-side/pulse/session.ts";
import { randomFrom } from "../../bench/bench.ts";

const generation = 7;
const pulse = (counter: number) => ({ run: 1, counter, interval: 1_000, lookAnew: false, generation });

test("of the last 64 pulses each counts once, in whatever order they come, and no older one", () => {
	const random = randomFrom(1);
	for (const furthest of [1, 3, 31, 32, 33, 63, 64, 65, 200]) {
		const session = newSession();
		let top = 1_000;
		expect(judge(session, pulse(top), generation)).toBe("counts");
		// What came before the run was known proves nothing.
		const heard = new Set(Array.from({ length: 64 }, (_, behind) => top - behind));
		for (let times = 0; times < 2_000; times++) {
			const counter = top - 70 + Math.floor(random() * (71 + furthest));
			const counts = counter > top || (top - counter < 64 && !heard.has(counter));
			expect(judge(session, pulse(counter), generation), `${counter} after ${top}`).toBe(
				counts ? "counts" : "replay",
			);
			heard.add(counter);
			top = Math.max(top, counter);
		}
	}
});
