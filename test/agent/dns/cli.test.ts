import { afterEach, beforeEach, expect, test } from "vitest";
import { carryOut, type DnsCommandDeps, showPlan } from "../../../shared/dns/zones/cli.ts";
import { createPrompt } from "../../../shared/prompt.ts";
import { type ZonesScene, zonesScene } from "./zones-scene.ts";

let scene: ZonesScene;
let printed: string;
let deps: DnsCommandDeps;

beforeEach(async () => {
	scene = await zonesScene();
	printed = "";
	deps = {
		program: "heimweg",
		ask: async (command, argument) => JSON.stringify(await scene.command(command, argument)),
		out: {
			write(text) {
				printed += text;
			},
		},
		prompt: createPrompt({ all: false, input: { isTTY: false } as NodeJS.ReadStream }),
	};
});
afterEach(() => scene.end());

const asked = { take: [], undo: false };

test("a plan shows what, why and by whose word, and ends with 1 while there is something to do", async () => {
	expect(await showPlan(asked, false, deps)).toBe(1);
	expect(printed).toContain(
		"  + example.org MX (TTL 3600)\n      new  10 relay.example.net.\n      MX: mail for the domain goes to the relay (the relay, which greets as relay.example.net)\n",
	);
	expect(printed).toContain("? autoconfig autoconfig.example.org: no host is known");
	printed = "";
	expect(await showPlan(asked, true, deps)).toBe(1);
	expect(JSON.parse(printed)).toMatchObject([{ zone: "example.org", changes: expect.any(Array) }]);
	expect(scene.shown()).toEqual([]);
});

test("without a terminal an apply wants --yes, and changes nothing without it", async () => {
	await expect(carryOut(asked, { yes: false, large: false }, deps)).rejects.toThrow("--yes is needed");
	expect(scene.shown()).toEqual([]);
	expect(await carryOut(asked, { yes: true, large: false }, deps)).toBe(0);
	expect(printed).toContain("example.org: deSEC has 12 changes after");
	expect(scene.shown()).toHaveLength(12);
	expect(await showPlan(asked, false, deps)).toBe(0);
});

test("what changes more than a third wants --large as well", async () => {
	await carryOut(asked, { yes: true, large: false }, deps);
	scene.later();
	const undo = { take: [], undo: true };
	await expect(carryOut(undo, { yes: true, large: false }, deps)).rejects.toThrow("--large is needed");
	expect(scene.shown()).toHaveLength(12);
	expect(await carryOut(undo, { yes: true, large: true }, deps)).toBe(0);
	expect(scene.shown()).toEqual([]);
});

test("a person who says no leaves everything as it is", async () => {
	const prompt = { yes: async () => false, text: async () => "" };
	expect(await carryOut(asked, { yes: false, large: false }, { ...deps, prompt })).toBe(1);
	expect(printed).toContain("nothing was changed");
	expect(scene.shown()).toEqual([]);
});

test("foreign text in records reaches the terminal as text alone", async () => {
	await scene.put("_dmarc", "TXT", '"v=DMARC1; p=\\027[31m\\226\\128\\174"');
	await showPlan(asked, false, deps);
	expect(printed).not.toContain("\u001b");
	expect(printed).toContain("_dmarc.example.org");
});
