import { expect, test } from "vitest";
import { at, four, keepsSession, six, tunnelScene } from "./tunnel-scene.ts";

const scene = tunnelScene();
const { minutes, pulses, start } = scene;

test("a path that is gone for a moment leads to a family whose UDP is dead, and back with its session", async () => {
	await start();
	const session = scene.model.peer()?.session;
	scene.model.paths.udp.delete(six);
	scene.model.close(four);
	await pulses(4);
	expect(scene.model.peer()?.endpoint).toBe(at(six));
	await pulses(1);
	scene.model.open(four);
	await pulses(2);
	expect([scene.tunnel.up(), scene.model.peer()?.endpoint, scene.model.peer()?.session]).toEqual([
		true,
		at(four),
		session,
	]);
});

test("a path that is gone while the relay is mute is left for the other family at once", async () => {
	await start();
	scene.model.relay.answers = false;
	await pulses(300);
	scene.model.close(four);
	await pulses(1);
	scene.model.relay.answers = true;
	await pulses(2);
	expect([scene.tunnel.up(), scene.model.peer()?.endpoint]).toEqual([true, at(six)]);
});

test("when only IPv6 has a path, the tunnel goes there, and back within 6 minutes of IPv4's return", async () => {
	await start();
	const before = scene.model.peer()?.session;
	scene.model.close(four);
	scene.names = new Error("EAI_AGAIN");
	await pulses(4);
	expect([scene.tunnel.up(), scene.model.peer()?.endpoint, scene.model.peer()?.session]).toEqual([
		true,
		at(six),
		before,
	]);
	await minutes(7);
	expect(scene.model.peer()?.endpoint, "IPv4 does not answer").toBe(at(six));
	const session = scene.model.peer()?.session;
	scene.model.commands.length = 0;
	scene.model.open(four);
	await minutes(6);
	expect([scene.tunnel.up(), scene.model.peer()?.endpoint, scene.model.peer()?.session]).toEqual([
		true,
		at(four),
		session,
	]);
	expect(scene.model.commands).toHaveLength(1);
	expect(scene.model.commands.every(keepsSession)).toBe(true);
	await minutes(10);
	expect(scene.model.commands, "and stays").toHaveLength(1);
});

test("when the relay also forgot the session, the other family gets a new one", async () => {
	await start();
	scene.model.close(four);
	scene.model.relay.session = undefined;
	await pulses(8);
	expect([scene.tunnel.up(), scene.model.peer()?.endpoint]).toEqual([true, at(six)]);
});

test("a line without IPv4 moves the tunnel to IPv6, and one that has it back at once, with its session", async () => {
	await start();
	const session = scene.model.peer()?.session;
	scene.families = new Set([6]);
	scene.model.close(four);
	scene.tunnel.lineChanged();
	await pulses(1);
	expect([scene.tunnel.up(), scene.model.peer()?.endpoint]).toEqual([true, at(six)]);
	scene.families = new Set([4, 6]);
	scene.model.open(four);
	scene.tunnel.lineChanged();
	await pulses(1);
	expect([scene.tunnel.up(), scene.model.peer()?.endpoint, scene.model.peer()?.session]).toEqual([
		true,
		at(four),
		session,
	]);
	expect(scene.model.commands.every(keepsSession)).toBe(true);
});

test("a packet that was under way when the tunnel went back to IPv4 does not keep it on IPv6", async () => {
	await start();
	scene.model.close(four);
	await pulses(6);
	scene.model.open(four);
	scene.tunnel.lineChanged();
	await scene.tunnel.duty.settled();
	expect(scene.model.peer()?.endpoint).toBe(at(four));
	scene.model.arrivesFrom(six);
	await pulses(2);
	expect([scene.tunnel.up(), scene.model.peer()?.endpoint, scene.tunnel.endpoint()?.address]).toEqual([
		true,
		at(four),
		four,
	]);
	scene.model.commands.length = 0;
	await minutes(10);
	expect(scene.model.commands).toEqual([]);
});

test("where every packet comes from IPv6, the tunnel stays there, and tries less and less often", async () => {
	await start();
	scene.model.close(four);
	await pulses(6);
	scene.model.open(four);
	for (let second = 0; second < 3_600; second++) {
		await pulses(1);
		scene.model.arrivesFrom(six);
		if (second % 60 === 0) scene.tunnel.duty.poke();
	}
	expect([scene.tunnel.up(), scene.tunnel.endpoint()?.address]).toEqual([true, six]);
	expect(scene.model.commands.length).toBeLessThanOrEqual(50);
});

test("where IPv4 takes TCP but no UDP, the tunnel goes back to IPv6, and tries less and less often", async () => {
	await start();
	scene.model.close(four);
	await pulses(6);
	const session = scene.model.peer()?.session;
	scene.model.paths.tcp.add(four);
	scene.model.commands.length = 0;
	await minutes(60);
	expect([scene.tunnel.up(), scene.model.peer()?.endpoint, scene.model.peer()?.session]).toEqual([
		true,
		at(six),
		session,
	]);
	expect(scene.model.commands.every(keepsSession)).toBe(true);
	const tries = scene.model.commands.filter((command) => command.includes(at(four))).length;
	expect(tries).toBeGreaterThanOrEqual(2);
	expect(tries).toBeLessThanOrEqual(4);
});

test("UDP that somebody blocks in IPv4 alone is worked around", async () => {
	scene.model.paths.udp.delete(four);
	scene.tunnel.duty.poke();
	await pulses(40);
	expect([scene.tunnel.up(), scene.model.peer()?.endpoint]).toEqual([true, at(six)]);
});
