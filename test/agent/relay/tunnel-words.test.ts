import { expect, test } from "vitest";
import { createChanges } from "../../../agent/relay/changes.ts";
import { relayMute, tunnelDown } from "../../../agent/relay/conditions.ts";
import { tunnelHealth } from "../../../agent/relay/tunnel-health.ts";
import { silent as log, silentHealth } from "../../shared/silent.ts";
import { clock, four, six, tunnelScene } from "./tunnel-scene.ts";

const scene = tunnelScene();
const { pulses, start } = scene;
const held = (code: string) => scene.health.list().find((one) => one.code === code);

test("a tunnel that was never answered sends people to the keys, one that lost its answers does not", async () => {
	scene.model.close(four, six);
	scene.tunnel.duty.poke();
	await scene.tunnel.duty.settled();
	await pulses(10);
	expect(held(tunnelDown.code)?.text).toMatch(/none since heimweg started at \d\d:\d\d:\d\d UTC/);
	expect(held(tunnelDown.code)?.remedy).toMatch(/^compare the keys on both sides/);
	expect(scene.tunnel.evidence()[0]).toBe("no WireGuard handshake comes about with it");
	scene.begin();
	scene.model.open(four, six);
	await start();
	scene.model.close(four, six);
	await pulses(10);
	expect(held(tunnelDown.code)?.text).toContain("the last one came at");
	expect(held(tunnelDown.code)?.remedy).toMatch(/^heimweg keeps trying/);
});

test("a silence says what changed just before it, and sends people there first", async () => {
	const changes = createChanges(() => scene.time);
	scene.begin({ changed: changes.around });
	await start();
	changes.note("the way out of IPv4 changed from eth0 to tun0");
	await pulses(2);
	scene.model.close(four, six);
	await pulses(10);
	expect(held(tunnelDown.code)?.text).toContain(
		"; the way out of IPv4 changed from eth0 to tun0 2.0 s before that)",
	);
	expect(held(tunnelDown.code)?.remedy).toMatch(/^look at that change first; else heimweg keeps trying/);
	scene.model.open(four, six);
	await pulses(60);
	scene.model.close(four, six);
	await pulses(10);
	expect(held(tunnelDown.code)?.text).not.toContain("tun0");
});

test("while a tunnel is silent, status shows its handshake, its bytes, and the relay outside of it", async () => {
	await start();
	scene.model.close(four, six);
	await pulses(60);
	const said = scene.tunnel.evidence().join("; ");
	expect(said).toMatch(/the last handshake was \d+ (s|min) ago/);
	expect(said).toContain("no byte arrives from it");
	expect(said).toContain("it is not reached outside the tunnel");
	scene.model.open(four, six);
	await pulses(2);
	expect(scene.tunnel.evidence()).toEqual([]);
});

const silence = { milliseconds: 3_000, wasUp: false, lineUp: true };

test("handshakes without a pulse ever answered send people to the tunnel addresses of both sides", () => {
	const health = silentHealth();
	const report = tunnelHealth({ host: "r", health, log, now: () => 0, clock: () => new Date(clock(0)) });
	report.silent({ ...silence, shakesHands: true });
	const [mute] = health.list();
	expect(mute?.code).toBe(relayMute.code);
	expect(mute?.text).toContain("no pulse was ever answered");
	expect(mute?.remedy).toMatch(/^compare the tunnel addresses/);
});

test("a clock that is behind what was saved before is the cause that is told", () => {
	const health = silentHealth();
	const now = new Date("2030-01-01T12:00:00Z");
	const savedAt = new Date("2030-01-02T12:00:00Z");
	const report = tunnelHealth({ host: "r", health, log, now: () => 0, clock: () => now, savedAt });
	report.silent({ ...silence, shakesHands: false });
	expect(health.list()[0]?.text).toContain(
		"this machine's clock says 2030-01-01 12:00 UTC, and was at 2030-01-02",
	);
	expect(health.list()[0]?.remedy).toMatch(/^set the clock right/);
});
