import { expect, test } from "vitest";
import { at, four, key, six, tunnelScene } from "./tunnel-scene.ts";

const scene = tunnelScene();
const { pulses, start } = scene;

test("the first run sets the relay as the only peer, over IPv4, and the second does nothing", async () => {
	scene.model.addPeer(`${"c".repeat(42)}E=`, { endpoint: at(six) });
	scene.tunnel.duty.poke();
	await scene.tunnel.duty.settled();
	expect(scene.model.peerKeys()).toEqual([key]);
	expect(scene.model.peer()).toMatchObject({ endpoint: at(four), allowed: ["10.86.0.1/32"], keepalive: 25 });
	expect([scene.ups, scene.resolved]).toEqual([1, [[four, six]]]);
	scene.model.commands.length = 0;
	scene.tunnel.duty.poke();
	await scene.tunnel.duty.settled();
	expect(scene.model.commands).toEqual([]);
	expect(scene.tunnel.up(), "nobody answered yet").toBe(false);
	await pulses(1);
	expect(scene.tunnel.up()).toBe(true);
});

test("a peer that is there already is adopted with its session and its endpoint", async () => {
	scene.model.device.ensure();
	scene.model.addPeer(key, { endpoint: at(six), allowed: ["10.86.0.1/32"], keepalive: 25, session: 77 });
	scene.model.relay.session = 77;
	scene.names = new Error("EAI_AGAIN");
	scene.tunnel.duty.poke();
	await scene.tunnel.duty.settled();
	await pulses(3);
	expect([scene.tunnel.up(), scene.model.peer()?.session, scene.model.commands]).toEqual([true, 77, []]);
	expect(scene.tunnel.endpoint()).toEqual({ address: six, port: 51820 });
});

test("what somebody changed on our peer is put right without losing the session", async () => {
	await start();
	const session = scene.model.peer()?.session;
	scene.model.peer()!.allowed = ["0.0.0.0/0"];
	scene.model.peer()!.keepalive = 0;
	scene.tunnel.duty.poke();
	await scene.tunnel.duty.settled();
	expect(scene.model.peer()).toMatchObject({ allowed: ["10.86.0.1/32"], keepalive: 25, session });
	scene.model.removeInterface();
	scene.tunnel.lineChanged();
	await scene.tunnel.duty.settled();
	await pulses(1);
	expect([scene.model.peer()?.endpoint, scene.tunnel.up()]).toEqual([at(four), true]);
});

test("with no address of the relay the tunnel waits, says what to do, and takes the first that is known", async () => {
	scene.names = new Error("EAI_AGAIN");
	scene.tunnel.duty.poke();
	await expect.poll(() => scene.health.list().map((c) => c.code)).toContain("relay.tunnel_failing");
	expect(scene.health.list()[0]?.text).toContain("no address of the relay relay.example.org is known");
	scene.names = [four];
	scene.tunnel.lineChanged();
	await scene.tunnel.duty.settled();
	expect(scene.model.peer()?.endpoint).toBe(at(four));
	expect(scene.health.list()).toEqual([]);
});

test("outer = ipv6 never uses IPv4, and leaves an endpoint in IPv4 that was there", async () => {
	scene.begin({ outer: "ipv6" });
	scene.model.device.ensure();
	scene.model.addPeer(key, { endpoint: at(four), allowed: ["10.86.0.1/32"], keepalive: 25 });
	scene.tunnel.duty.poke();
	await scene.tunnel.duty.settled();
	expect(scene.model.peer()?.endpoint).toBe(at(six));
	scene.model.close(six);
	await pulses(400);
	expect(scene.model.commands.join()).not.toContain(at(four));
});

test("a new IPv6 prefix makes WireGuard choose its source anew, at once and without a new session", async () => {
	scene.families = new Set([6]);
	await start();
	const session = scene.model.peer()?.session;
	expect(scene.model.source()).toBe("2001:db8:1::20");
	scene.source = "2001:db8:2::20";
	await pulses(2);
	expect(scene.model.source(), "WireGuard keeps the old one by itself").toBe("2001:db8:1::20");
	scene.tunnel.addressesChanged();
	await scene.tunnel.duty.settled();
	await pulses(1);
	expect([scene.model.source(), scene.model.peer()?.session]).toEqual(["2001:db8:2::20", session]);
	scene.tunnel.duty.poke();
	await scene.tunnel.duty.settled();
	expect(scene.model.commands).toHaveLength(1);
});

test("a new IPv6 prefix is nothing to a tunnel over IPv4", async () => {
	await start();
	scene.tunnel.addressesChanged();
	await scene.tunnel.duty.settled();
	expect(scene.model.commands).toEqual([]);
});
