import { expect, it } from "vitest";
import { chaos } from "../chaos/chaos.ts";
import { isGood, reportText } from "../chaos/report.ts";
import { describeLab } from "./use-lab.ts";
import { useScene } from "./use-scene.ts";

describeLab("while things go wrong at random", () => {
	const scene = useScene();

	// The long version is "npm run chaos"; its --seed repeats this one with the same numbers.
	it("no mail is lost, and none bounces", { timeout: 600_000 }, async () => {
		const lines: string[] = [];
		const result = await chaos(scene(), {
			...{ mails: 240, faults: 9, seed: 7, longest: 15 },
			say: (line) => lines.push(line),
		});
		console.log([...lines, reportText(result)].join("\n"));
		expect(result.struck.filter(({ trouble }) => trouble)).toEqual([]);
		expect(isGood(result)).toBe(true);
	});
});
