import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { delivery } from "../../../relay-side/delivery/part.ts";
import { relayFacts } from "../../../relay-side/facts.ts";
import type { RelayContext } from "../../../relay-side/part.ts";
import { parseAddress } from "../../../shared/address.ts";
import { Health } from "../../../shared/health.ts";
import { type Configured, configured } from "../../shared/postfix/configured.ts";
import { silent } from "../../shared/silent.ts";
import { homeOf } from "../homes/examples.ts";

/** The part at work on a Postfix whose files lie in a folder, for one home. */
async function atWork({ up = true } = {}) {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-delivery-"));
	const main = join(folder, "main.cf");
	await writeFile(main, "");
	const reference = (map: string) => `lmdb:${folder}/${map}`;
	const postfix: Configured & { values: Record<string, string> } = {
		values: {
			config_directory: folder,
			mydestination: "localhost",
			inet_interfaces: "all",
			local_recipient_maps: "unix:passwd.byname",
			relay_recipient_maps: reference("relay_recipients"),
		},
		tables: { [reference("transport")]: { "anna.example": "heimweg:[10.86.0.2]:25" } },
	};
	const facts = relayFacts();
	facts.maps.own("postfix")({ reference, file: (map: string) => join(folder, map) } as never);
	const registry = { homes: new Map([["anna", homeOf("anna", 2)]]) };
	facts.homes.own("homes")({
		...{ registry: registry as never, at: new Map(), byDomain: new Map() },
		...{ changedHomes: new Set(), changedDomains: new Set() },
	});
	const health = new Health(silent);
	const calls: string[] = [];
	const run = configured(postfix, calls);
	const context = { facts, run, health, log: silent, statusChanged() {} };
	const config = { postfix: { service: "heimweg" }, tunnel: { addresses: [parseAddress("10.86.0.1")] } };
	const part = [
		await delivery.create(config as never, context as unknown as RelayContext, undefined),
	].flat()[0]!;
	await part.start?.();
	part.serve?.();
	const tellUp = facts.tunnelUp.own("peers");
	if (up) tellUp(true);
	onTestFinished(async () => {
		await part.stop?.();
		await Promise.all((part.duties?.() ?? []).map((duty) => duty.stop()));
		await rm(folder, { recursive: true });
	});
	return { facts, health, postfix, calls, tellUp, change: () => writeFile(main, String(Math.random())) };
}

test("a change of main.cf is looked at by itself, told to others, and what is wrong ends as it began", async () => {
	const { facts, health, postfix, change } = await atWork();
	await expect.poll(() => facts.delivery.value?.incoming.says).toBe("yes");
	postfix.values.mydestination = "localhost, anna.example";
	await change();
	await expect
		.poll(() => health.list().map(({ code, subject }) => [code, subject]))
		.toEqual([["delivery.own_domain", "mydestination"]]);
	expect(health.mailFlows).toBe(false);
	expect(facts.settingsChanges.value).toBe(1);
	await expect.poll(() => facts.delivery.value?.incoming.says).toBe("no");
	postfix.values.mydestination = "localhost";
	await change();
	await expect.poll(() => facts.delivery.value?.incoming.says).toBe("yes");
	expect(health.list()).toEqual([]);
});

test("while Postfix does not say how it is set up, nothing is known, and that is told", async () => {
	const { facts, health, postfix, change } = await atWork();
	await expect.poll(() => facts.delivery.value?.incoming.says).toBe("yes");
	postfix.fails = "postconf: fatal: /etc/postfix/main.cf, line 1: missing '='";
	await change();
	await expect.poll(() => facts.delivery.value?.incoming.says).toBe("not known");
	await expect.poll(() => health.list().map(({ code }) => code)).toEqual(["delivery.not_looked"]);
	delete postfix.fails;
	await change();
	await expect.poll(() => facts.delivery.value?.incoming.says).toBe("yes");
	await expect.poll(() => health.list()).toEqual([]);
});

test("nothing is asked of Postfix before the tunnel's interface is up, whatever is told", async () => {
	const { facts, calls, tellUp } = await atWork({ up: false });
	facts.lackingSettings.own("postfix")([]);
	await new Promise((resolve) => setTimeout(resolve, 50));
	expect(calls).toEqual([]);
	tellUp(true);
	await expect.poll(() => facts.delivery.value?.incoming.says).toBe("yes");
});
