import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { relayFacts } from "../../../relay-side/facts.ts";
import type { RelayContext } from "../../../relay-side/part.ts";
import { postfix } from "../../../relay-side/postfix/part.ts";
import { Health } from "../../../shared/health.ts";
import { runPostfixCommand } from "../../../shared/postfix/command.ts";
import { silent } from "../../shared/silent.ts";
import { rules } from "../homes/examples.ts";
import { fakePostfix } from "./fake-postfix.ts";

/** The part at work beside a Postfix that is set up for it, and whose answers can be kept back. */
async function atWork() {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-postfix-part-"));
	for (const made of ["etc", "spool/heimweg"]) await mkdir(join(folder, made), { recursive: true });
	const fake = fakePostfix(join(folder, "etc"));
	const config = {
		postfix: { maps_dir: join(folder, "maps"), service: "heimweg" },
		tunnel: { networks: rules.networks, addresses: rules.relayAddresses },
		run_dir: folder,
	} as never;
	const command = { run: fake.run, out: { write() {} }, uid: 0, now: () => new Date() };
	expect(
		await runPostfixCommand({ apply: true }, async () => postfix.postfix!(config, fake.run), command),
	).toBe(0);

	const keptBack: Array<() => void> = [];
	let keepBack = "";
	const facts = relayFacts();
	const health = new Health(silent);
	const context = {
		...{ facts, health, log: silent },
		async run(...call: Parameters<typeof fake.run>) {
			const answer = await fake.run(...call);
			if (keepBack === call[1].join(" ")) {
				keepBack = "";
				await new Promise<void>((resolve) => keptBack.push(resolve));
			}
			return answer;
		},
	};
	const part = [await postfix.create(config, context as unknown as RelayContext, undefined)].flat()[0]!;
	onTestFinished(async () => {
		await part.stop?.();
		await rm(folder, { recursive: true });
	});
	return {
		...{ part, facts, health, fake, keptBack },
		keepBack(args: string) {
			keepBack = args;
		},
		changed: facts.settingsChanges.own("delivery"),
	};
}

test("of two looks at Postfix's settings the one that began last is believed, however long the other takes", async () => {
	const { part, facts, health, fake, keptBack, keepBack, changed } = await atWork();
	keepBack("-h config_directory");
	await part.start?.();
	await expect.poll(() => keptBack).toHaveLength(1);
	await fake.run("postconf", ["-X", "transport_maps"]);
	changed(1);
	await new Promise((resolve) => setTimeout(resolve, 50));
	keptBack[0]!();
	await expect
		.poll(() => facts.lackingSettings.value)
		.toEqual([expect.stringMatching(/^transport_maps lacks /)]);
	await new Promise((resolve) => setTimeout(resolve, 50));
	expect(health.list().map(({ code }) => code)).toEqual(["postfix.not_set_up"]);
});
