import { expect, test } from "vitest";
import { lookupOf } from "../../../relay-side/homes/lookup.ts";
import { emptyRegistry, type Registry } from "../../../relay-side/homes/registry.ts";
import { isEntry, isSafeKey, keyText, mapText, retryRoute } from "../../../relay-side/postfix/entry.ts";
import type { HomeList } from "../../../relay-side/recipients/journal.ts";
import { createRecipients } from "../../../relay-side/recipients/map.ts";
import { createRoutes, leavingSchema } from "../../../relay-side/routes/routes.ts";
import { parseRecipient, type Recipient, RecipientSet } from "../../../shared/recipient.ts";
import { silent, silentHealth } from "../../shared/silent.ts";
import { homeOf, servedOf } from "../homes/examples.ts";
import { memoryMaps } from "../postfix/memory-maps.ts";

const ascii = "xn--mller-kva.test";
const unicode = "müller.test";
const anna = "heimweg:[10.86.0.2]:25";

function world() {
	const maps = memoryMaps();
	const lists = new Map<string, HomeList>();
	const health = silentHealth();
	const scene = { registry: { ...emptyRegistry, complete: true } as Registry, saved: undefined as unknown };
	const recipients = createRecipients({
		maps,
		file: "/nonexistent",
		sources: () => ({
			registry: scene.registry,
			byDomain: lookupOf(scene.registry.homes).byDomain,
			listOf: (home) => lists.get(home),
			delimiters: "+",
		}),
		health,
		log: silent,
	});
	const routes = createRoutes({
		maps,
		admit: recipients.admit,
		served: () => servedOf(scene.registry),
		listQueue: async function* () {},
		state: {
			read: async () => undefined,
			write: async (value) => {
				scene.saved = leavingSchema.parse(value);
			},
		},
		health,
		log: silent,
	});
	return {
		maps,
		scene,
		serve(domains: string[], deferred: string[] = []) {
			const homes = new Map(domains.length > 0 ? [["anna", homeOf("anna", 2, { domains })]] : []);
			scene.registry = { ...scene.registry, homes, deferred: new Set(deferred) };
		},
		tell(...texts: string[]) {
			lists.set("anna", {
				list: new RecipientSet(texts.map((text) => parseRecipient(text)!)),
				delimiter: "",
			});
		},
		async routes(...domains: string[]) {
			routes.poke(domains.length > 0 ? domains : undefined, { urgent: true });
			await routes.settled();
		},
		async recipients(changed?: string[]) {
			recipients.changed(changed as Recipient[] | undefined);
			await recipients.duty.settled();
		},
		keys: (map: "transport" | "relay_domains" | "relay_recipients") =>
			[...(maps.content[map] as Map<string, string>).keys()].sort(),
	};
}

test("a domain with other letters stands in every map in both forms, also when only it is looked at", async () => {
	const { serve, tell, routes, keys, maps, recipients } = world();
	serve([ascii]);
	tell(`x@${ascii}`);
	await routes(ascii);
	expect(maps.content.transport).toEqual(new Map([ascii, unicode].map((form) => [form, anna])));
	expect(keys("relay_domains")).toEqual([unicode, ascii]);
	expect(keys("relay_recipients")).toEqual([`x@${unicode}`, `x@${ascii}`]);
	const { writes } = maps;
	await routes();
	await recipients();
	expect(maps.writes).toBe(writes);
});

test("until a list has come, everybody is taken in both forms; then a change of one recipient changes both", async () => {
	const { serve, tell, routes, keys, recipients } = world();
	serve([ascii, "a.example"]);
	await routes();
	expect(keys("relay_recipients")).toEqual(["@a.example", `@${unicode}`, `@${ascii}`]);
	tell(`x@${ascii}`, "y@a.example");
	await recipients();
	expect(keys("relay_recipients")).toEqual([`x@${unicode}`, `x@${ascii}`, "y@a.example"]);
	tell(`z@${unicode}`, "y@a.example");
	await recipients([`z@${ascii}`, `x@${ascii}`]);
	expect(keys("relay_recipients")).toEqual(["y@a.example", `z@${unicode}`, `z@${ascii}`]);
});

test("a domain that is no longer served, or that two homes claim, waits in both forms", async () => {
	const { serve, routes, keys, maps, scene } = world();
	serve([ascii]);
	await routes();
	serve([]);
	await routes(ascii);
	expect(maps.content.transport).toEqual(new Map([ascii, unicode].map((form) => [form, retryRoute])));
	expect(keys("relay_domains")).toEqual([]);
	expect(scene.saved).toEqual({ leaving: [unicode, ascii].sort() });
	serve([], [ascii]);
	await routes();
	expect(keys("relay_domains")).toEqual([unicode, ascii]);
});

test("an entry that an earlier version wrote in one form gets the other", async () => {
	const { serve, routes, keys, maps } = world();
	maps.content.transport = new Map([[ascii, anna]]);
	maps.content.relay_domains = new Map([[ascii, "heimweg"]]);
	serve([ascii]);
	await routes();
	expect(keys("transport")).toEqual([unicode, ascii]);
	expect(keys("relay_domains")).toEqual([unicode, ascii]);
});

test("what Postfix would fold to another key, and bytes that are no UTF-8, are no entries of ours", () => {
	expect(isEntry(unicode, "heimweg")).toBe(true);
	expect(isEntry(`x@${unicode}`, "heimweg", "relay_recipients")).toBe(true);
	expect(mapText(new Map([[unicode, anna]]))).toBe(`${unicode} ${anna}\n`);
	expect(keyText([`x@${unicode}`])).toBe(`x@${unicode}\n`);
	for (const key of ["Müller.test", "straße.example", "jörg@a.example"]) {
		expect(isEntry(key, "heimweg")).toBe(false);
		expect(isEntry(`x@${key}`, "heimweg", "relay_recipients")).toBe(false);
	}
	for (const key of ["a\uFFFDb.test", "m\u00a0r.test", "a\u2028b.test", "a b"])
		expect(isSafeKey(key)).toBe(false);
});
