import { expect, test } from "vitest";
import { at, clock, four, key, six, tunnelScene } from "./tunnel-scene.ts";

const scene = tunnelScene();
const { pulses, start } = scene;

test("while the line is down nothing is touched, and the session works at once when it is back", async () => {
	await start();
	const session = scene.model.peer()?.session;
	scene.families = new Set();
	scene.model.close(four, six);
	await pulses(60);
	expect(scene.model.commands).toEqual([]);
	expect(scene.health.list().map((c) => c.code)).toEqual(["relay.line_down"]);
	scene.families = new Set([4, 6]);
	scene.model.open(four, six);
	scene.tunnel.lineChanged();
	await pulses(1);
	expect([scene.tunnel.up(), scene.model.peer()?.session]).toEqual([true, session]);
	expect(scene.health.list()).toEqual([]);
});

test("while the path is down the session is kept; a silence is logged, and once more with what it shows", async () => {
	await start();
	const session = scene.model.peer()?.session;
	scene.model.close(four, six);
	await pulses(100);
	expect(scene.model.commands).toEqual([]);
	expect(scene.lines.filter((line) => line.startsWith("error"))).toEqual([
		expect.stringContaining(
			"no answer from the relay relay.example.org through the tunnel (the last one came at 03:16:44 UTC)",
		),
		expect.stringContaining("03:16:44 UTC; no byte arrives from it; it is not reached outside the tunnel"),
	]);
	scene.model.open(four, six);
	await pulses(1);
	expect([scene.tunnel.up(), scene.model.peer()?.session]).toEqual([true, session]);
	expect(scene.lines.at(-2)).toMatch(/^info tunnel up after 10\d\.\d s$/);
});

test("a pulse is asked for when the path is back, and when a handshake was forced, and at no other time", async () => {
	await start();
	scene.model.close(four, six);
	await pulses(150);
	expect(scene.hopes).toEqual([]);
	const forced = () => scene.model.commands.filter((command) => command.includes(" remove")).length;
	await pulses(250);
	expect(scene.hopes.length).toBe(forced());
	const [before, hoped] = [forced(), scene.hopes.length];
	for (const address of [four, six]) scene.model.paths.tcp.add(address);
	await pulses(1);
	expect(scene.hopes.slice(hoped)).toEqual([scene.time]);
	expect(forced(), "what WireGuard does by itself has a chance first").toBe(before);
	await pulses(100);
	expect(forced()).toBeGreaterThan(before + 1);
	expect(scene.hopes.length - hoped - 1).toBe(forced() - before);
});

test("a session that the relay made just now is not thrown away, also when its first answers are lost", async () => {
	await start();
	scene.model.close(four, six);
	scene.model.relay.session = undefined;
	await pulses(200);
	scene.model.commands.length = 0;
	for (const address of [four, six]) scene.model.paths.tcp.add(address);
	scene.model.peer()!.handshake = Math.floor((clock(scene.time) + 1_000) / 1_000);
	await pulses(3);
	expect(scene.model.commands).toEqual([]);
	await pulses(3);
	expect(scene.model.commands[0]).toContain(" remove ");
});

test("a relay that forgot the session gets a new handshake within 5 s", async () => {
	await start();
	scene.model.relay.session = undefined;
	await pulses(5);
	expect(scene.tunnel.up()).toBe(true);
	expect(scene.model.commands[0]).toContain(`peer ${key} remove peer ${key}`);
});

test("a relay that shakes hands but is mute is kept in its family, and is up with its first answer", async () => {
	await start();
	scene.model.relay.answers = false;
	await pulses(130);
	expect(scene.model.commands.join()).not.toContain(at(six));
	expect(scene.model.commands.length).toBeLessThanOrEqual(15);
	expect(scene.health.list().map(({ code }) => code)).toEqual(["relay.mute"]);
	expect(scene.health.mailFlows).toBe(true);
	scene.model.relay.answers = true;
	await pulses(1);
	expect([scene.tunnel.up(), scene.health.list()]).toEqual([true, []]);
});

test("a relay that forgot us within a silence gets a new handshake when its path is back", async () => {
	await start();
	scene.model.relay.answers = false;
	await pulses(5);
	scene.model.close(four, six);
	await pulses(3);
	scene.model.relay.session = undefined;
	scene.model.relay.answers = true;
	scene.model.open(four, six);
	await pulses(3);
	expect(scene.tunnel.up()).toBe(true);
});

test("a router that keeps a dead translation for our port is got past with another port", async () => {
	scene.families = new Set([4]);
	await start();
	scene.model.port.dead = scene.model.port.now;
	await pulses(10);
	expect(scene.tunnel.up()).toBe(true);
});

test("a relay that can be reached through the tunnel alone is found again as quickly as others", async () => {
	scene.model.paths.tcp.clear();
	await start();
	expect(scene.tunnel.up()).toBe(true);
	scene.model.relay.session = undefined;
	await pulses(5);
	expect(scene.tunnel.up()).toBe(true);
});

test("a relay that boots is found again with the first pulses that it could answer", async () => {
	await start();
	scene.model.close(four, six);
	scene.model.relay.running = false;
	await pulses(40);
	expect(scene.model.commands).toEqual([]);
	scene.model.relay.session = undefined;
	scene.model.relay.running = true;
	scene.model.open(four, six);
	await pulses(3);
	expect(scene.tunnel.up()).toBe(true);
});
