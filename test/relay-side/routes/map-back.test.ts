import { expect, test, vi } from "vitest";
import { emptyRegistry } from "../../../relay-side/homes/registry.ts";
import { mapDamaged } from "../../../relay-side/postfix/conditions.ts";
import { createRoutes } from "../../../relay-side/routes/routes.ts";
import { silent as log, silentHealth } from "../../shared/silent.ts";
import { homeOf, servedOf } from "../homes/examples.ts";
import { memoryMaps } from "../postfix/memory-maps.ts";

test("a map that could not be mended, and came back as it was, is no damaged one any more", async () => {
	const health = silentHealth();
	const maps = memoryMaps();
	const anna = homeOf("anna", 2);
	const duty = createRoutes({
		...{ maps, health, log },
		served: () => servedOf({ ...emptyRegistry, homes: new Map([["anna", anna]]), complete: true }),
		async *listQueue() {},
		state: { read: async () => undefined, write: async () => {} },
	});
	const poke = () => duty.poke(undefined, { urgent: true });
	poke();
	await duty.settled();
	const good = maps.content.transport;
	maps.content.transport = "damaged";
	const { mend } = maps;
	maps.mend = () => Promise.reject(new Error("read-only file system"));
	poke();
	await vi.waitUntil(() => health.has(mapDamaged, "transport"), { timeout: 10_000 });
	maps.content.transport = good;
	maps.mend = mend;
	poke();
	await vi.waitUntil(() => !health.has(mapDamaged, "transport"), { timeout: 10_000 });
	expect(maps.mended).toEqual([]);
	await duty.stop();
});
