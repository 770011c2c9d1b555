import { expect, test } from "vitest";
import { claimBook } from "../../../relay-side/homes/claim-book.ts";
import type { Finding } from "../../../relay-side/homes/conditions.ts";
import type { HomeFile } from "../../../relay-side/homes/home.ts";
import {
	acceptRemovals,
	emptyRegistry,
	type Files,
	next,
	type Transition,
} from "../../../relay-side/homes/registry.ts";
import { parseAddress } from "../../../shared/address.ts";
import { random } from "../../shared/random.ts";
import { homeOf, keyOf } from "./examples.ts";

const filesOf = (homes: ReadonlyMap<string, HomeFile>): Files => ({
	readable: true,
	directory: "/homes.d",
	homes: new Map(homes),
});

/** What of a transition others see; in which order findings are told makes no difference. */
function seen({ registry, findings, ...rest }: Transition) {
	const name = (finding: Finding) => `${finding.is} ${"id" in finding ? finding.id : ""}`;
	return {
		...rest,
		...registry,
		homes: new Map([...registry.homes].sort()),
		findings: findings.toSorted((a, b) => (name(a) < name(b) ? -1 : 1)),
	};
}

/** Homes that change at random, and claim what others have, so that few rounds are without a conflict. */
function* story(seed: number, { homes, things, rounds }: { homes: number; things: number; rounds: number }) {
	const { below } = random(seed);
	const files = new Map<string, HomeFile>();
	for (let round = 0; round < rounds; round++) {
		for (let changes = below(4); changes > 0; changes--) {
			const id = `h${below(homes)}`;
			const file = `${id}.toml`;
			const what = below(10);
			if (what === 0) files.delete(id);
			else if (what === 1) files.set(id, { file, problems: [`${file}: no`] });
			else {
				const number = 10 + below(things * 3);
				const domains = Array.from({ length: below(4) }, () => `d${below(things)}.example`);
				const home = homeOf(id, number, {
					...(below(4) === 0 && { publicKey: keyOf(10 + below(things)) }),
					...(below(4) === 0 && {
						addresses: [parseAddress(`10.86.9.${10 + below(Math.min(things, 200))}`)],
					}),
					domains: [...new Set(domains)],
				});
				files.set(id, { file, home });
			}
		}
		yield { files: filesOf(files), now: round * 4_000, accept: below(20) === 0, lost: below(30) === 0 };
	}
}

test.each([
	{ homes: 4, things: 4, rounds: 500 },
	{ homes: 12, things: 10, rounds: 500 },
	{ homes: 60, things: 300, rounds: 300 },
])("a registry that is kept change by change is the one made from scratch, of $homes homes", (size) => {
	for (const seed of [1, 2, 3]) {
		let [kept, made] = [emptyRegistry, emptyRegistry];
		const settle = claimBook();
		let conflicts = 0;
		for (const { files, now, accept, lost } of story(seed, size)) {
			const state: Files = lost ? { readable: false, directory: "/homes.d", reason: "no" } : files;
			const step = next(kept, state, now, settle);
			const whole = next(made, state, now);
			expect(seen(step)).toEqual(seen(whole));
			conflicts += whole.findings.filter(({ is }) => is === "refused" || is === "contested").length;
			[kept, made] = [step.registry, whole.registry];
			if (accept) [kept, made] = [acceptRemovals(kept).registry, acceptRemovals(made).registry];
		}
		expect(conflicts).toBeGreaterThan(0);
	}
});

test("a home that changes among thousands costs a look at those whose claims it shares alone", () => {
	const looked = new Set<string>();
	const files = new Map<string, HomeFile>();
	for (let n = 0; n < 3_000; n++) {
		const home = homeOf(`h${n}`, 10 + n);
		const { domains } = home;
		const told = {
			...home,
			get domains() {
				looked.add(home.id);
				return domains;
			},
		};
		files.set(home.id, { file: `${home.id}.toml`, home: told });
	}
	const settle = claimBook();
	const first = next(emptyRegistry, filesOf(files), 0, settle);
	expect(looked.size).toBe(3_000);
	looked.clear();
	files.set("h7", { file: "h7.toml", home: homeOf("h7", 17, { domains: ["h8.example"] }) });
	const second = next(first.registry, filesOf(files), 1, settle);
	expect(second.findings).toMatchObject([{ is: "refused", id: "h7" }]);
	expect([...looked].sort()).toEqual(["h7", "h8"]);
});
