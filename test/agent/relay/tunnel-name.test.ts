import { expect, test } from "vitest";
import { parseAddress } from "../../../shared/address.ts";
import { at, four, keepsSession, moved, six, tunnelScene } from "./tunnel-scene.ts";

const scene = tunnelScene();
const { pulses, start } = scene;

test("the last good address serves while the name cannot be resolved", async () => {
	scene.names = new Error("EAI_AGAIN");
	scene.begin({ lastGood: [six, four] });
	scene.tunnel.duty.poke();
	await scene.tunnel.duty.settled();
	expect(scene.model.peer()?.endpoint).toBe(at(four));
	expect(scene.health.list().map((c) => c.code)).toEqual(["relay.name_unresolved"]);
});

test("a name that could not be resolved while the line was dead is tried again when the tunnel is up", async () => {
	await start();
	scene.names = new Error("EAI_AGAIN");
	scene.model.paths.tcp.clear();
	scene.model.paths.udp.clear();
	await pulses(10);
	expect(scene.health.list().map((c) => c.code)).toContain("relay.name_unresolved");
	scene.names = [four, six];
	scene.model.open(four, six);
	await pulses(30);
	expect(scene.health.list()).toEqual([]);
});

test("a name server that does not answer keeps nobody waiting", async () => {
	await start();
	scene.begin({ lastGood: [four, six], resolve: () => new Promise(() => {}) });
	scene.tunnel.answered();
	scene.model.close(four, six);
	await pulses(400);
	scene.model.open(four, six);
	await pulses(2);
	expect(scene.tunnel.up()).toBe(true);
});

test("a name that moves after a long silence is followed", async () => {
	await start();
	scene.model.close(four, six);
	scene.model.relay.session = undefined;
	await pulses(400);
	scene.names = [moved];
	scene.model.open(moved);
	await pulses(7);
	expect([scene.tunnel.up(), scene.model.peer()?.endpoint]).toEqual([true, at(moved)]);
});

test("a router that answers for every name while its line is down is not taken for the relay", async () => {
	const [relay, router] = [parseAddress("5.9.1.1"), parseAddress("192.168.178.1")];
	scene.model.open(relay);
	scene.names = [relay];
	await start();
	const session = scene.model.peer()?.session;
	scene.names = [router];
	scene.model.close(relay);
	scene.model.paths.tcp.add(router);
	await pulses(60);
	expect(scene.model.commands).toEqual([]);
	expect(scene.health.list().map((c) => c.text)).toContainEqual(
		expect.stringContaining("it is said to be 192.168.178.1"),
	);
	scene.names = [relay];
	scene.model.open(relay);
	await pulses(1);
	expect([scene.tunnel.up(), scene.model.peer()?.session]).toEqual([true, session]);
});

test("a relay whose name points elsewhere now is followed", async () => {
	await start();
	scene.model.close(four, six);
	scene.names = [moved];
	scene.model.open(moved);
	scene.model.relay.session = undefined;
	await pulses(12);
	expect([scene.tunnel.up(), scene.model.peer()?.endpoint]).toEqual([true, at(moved)]);
	expect(scene.resolved.at(-1)).toEqual([moved]);
});

test("what the name pointed to before a silence throws no session away", async () => {
	await start();
	const session = scene.model.peer()?.session;
	scene.names = [six];
	scene.model.close(four, six);
	await pulses(3);
	scene.model.open(four, six);
	await pulses(2);
	expect([scene.tunnel.up(), scene.model.peer()?.session]).toEqual([true, session]);
	scene.names = new Error("EAI_AGAIN");
	scene.families = new Set([4]);
	scene.model.close(four, six);
	await pulses(10);
	expect(scene.model.commands.filter((command) => !keepsSession(command))).toEqual([]);
	scene.model.open(four);
	await pulses(2);
	expect([scene.tunnel.up(), scene.model.peer()?.endpoint, scene.model.peer()?.session]).toEqual([
		true,
		at(four),
		session,
	]);
});

test("a name that points elsewhere is followed once, and not right after another handshake was forced", async () => {
	await start();
	scene.names = [moved];
	scene.model.open(moved);
	scene.model.paths.udp.delete(four);
	scene.model.paths.udp.delete(six);
	scene.model.relay.session = undefined;
	const renewals: number[] = [];
	for (let second = 0; second < 8; second++) {
		const before = scene.model.commands.length;
		await pulses(1);
		if (scene.model.commands.length > before) renewals.push(scene.model.commands.length - before);
	}
	expect([scene.tunnel.up(), scene.model.peer()?.endpoint]).toEqual([true, at(moved)]);
	expect(renewals).toEqual([1, 1]);
});
