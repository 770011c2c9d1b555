import { afterEach, beforeEach, expect, test } from "vitest";
import { createTunnel, type Tunnel, type TunnelOptions } from "../../../agent/relay/tunnel.ts";
import { type Address, type Family, parseAddress } from "../../../shared/address.ts";
import { Health } from "../../../shared/health.ts";
import { logLines } from "../log-lines.ts";
import { relaySettings } from "./relay-settings.ts";
import { wireguardModel } from "./wireguard-model.ts";

const key = relaySettings.publicKey;
const [four, moved, six] = ["198.51.100.1", "198.51.100.2", "2001:db8::1"].map((text) => parseAddress(text));
const at = (address: Address | undefined) =>
	address?.includes(":") ? `[${address}]:51820` : `${address}:51820`;
const keepsSession = (command: string) => !command.includes(" remove");

let model: ReturnType<typeof wireguardModel>;
let names: Address[] | Error;
let families: Set<Family>;
let time: number;
let lastAnswer: number;
let health: Health;
let lines: string[];
let tunnel: Tunnel;
let ups: number;
let hopes: number[];
let resolved: Address[][];
/** The address that the kernel would choose as the source of outer IPv6 packets. */
let source: string;

beforeEach(() => {
	model = wireguardModel(key, () => clock(time));
	model.open(four!, six!);
	names = [four!, six!];
	families = new Set([4, 6]);
	time = 1_000_000;
	lastAnswer = time;
	ups = 0;
	hopes = [];
	resolved = [];
	source = "2001:db8:1::20";
	begin();
});
afterEach(() => tunnel.duty.stop());

function begin(changes: Partial<TunnelOptions> = {}): void {
	const log = logLines();
	lines = log.lines;
	health = new Health(log.log);
	tunnel = createTunnel({
		device: model.device,
		relay: relaySettings,
		outer: "auto",
		async resolve() {
			if (names instanceof Error) throw names;
			return names;
		},
		pathWorks: async (address) => model.paths.tcp.has(address),
		families: () => families,
		lastGood: [],
		onResolved: (addresses) => resolved.push([...addresses]),
		onUp: () => {
			ups += 1;
		},
		onHope: () => hopes.push(time),
		health,
		log: log.log,
		now: () => time,
		clock: () => new Date(clock(time)),
		...changes,
	});
}

/** The wall clock, in milliseconds, at this time of the steady one. */
const clock = (steady: number) => Date.UTC(2026, 0, 2, 3, 0, 0) + steady;

/** What the pulse watcher does: one pulse each second, and news of silence after three. */
async function pulses(seconds: number): Promise<void> {
	for (let second = 0; second < seconds; second++) {
		time += 1_000;
		if (model.pulse(source)) {
			lastAnswer = time;
			tunnel.answered();
		} else if (time - lastAnswer >= 2_500) {
			tunnel.silent(time - lastAnswer);
		}
		await tunnel.duty.settled();
	}
}

async function start(): Promise<void> {
	tunnel.duty.poke();
	await tunnel.duty.settled();
	await pulses(4);
	model.commands.length = 0;
	lines.length = 0;
}

/** The schedule's poke, once a minute. */
async function minutes(count: number): Promise<void> {
	for (let minute = 0; minute < count; minute++) {
		await pulses(60);
		tunnel.duty.poke();
		await tunnel.duty.settled();
	}
}

test("the first run sets the relay as the only peer, over IPv4, and the second does nothing", async () => {
	model.addPeer(`${"c".repeat(42)}E=`, { endpoint: at(six) });
	tunnel.duty.poke();
	await tunnel.duty.settled();
	expect(model.peerKeys()).toEqual([key]);
	expect(model.peer()).toMatchObject({ endpoint: at(four), allowed: ["10.86.0.1/32"], keepalive: 25 });
	expect([ups, resolved]).toEqual([1, [[four, six]]]);
	model.commands.length = 0;
	tunnel.duty.poke();
	await tunnel.duty.settled();
	expect(model.commands).toEqual([]);
	expect(tunnel.up(), "nobody answered yet").toBe(false);
	await pulses(1);
	expect(tunnel.up()).toBe(true);
});

test("a peer that is there already is adopted with its session and its endpoint", async () => {
	model.device.ensure();
	model.addPeer(key, { endpoint: at(six), allowed: ["10.86.0.1/32"], keepalive: 25, session: 77 });
	model.relay.session = 77;
	names = new Error("EAI_AGAIN");
	tunnel.duty.poke();
	await tunnel.duty.settled();
	await pulses(3);
	expect([tunnel.up(), model.peer()?.session, model.commands]).toEqual([true, 77, []]);
	expect(tunnel.endpoint()).toEqual({ address: six, port: 51820 });
});

test("what somebody changed on our peer is put right without losing the session", async () => {
	await start();
	const session = model.peer()?.session;
	model.peer()!.allowed = ["0.0.0.0/0"];
	model.peer()!.keepalive = 0;
	tunnel.duty.poke();
	await tunnel.duty.settled();
	expect(model.peer()).toMatchObject({ allowed: ["10.86.0.1/32"], keepalive: 25, session });
	model.removeInterface();
	tunnel.lineChanged();
	await tunnel.duty.settled();
	await pulses(1);
	expect([model.peer()?.endpoint, tunnel.up()]).toEqual([at(four), true]);
});

test("with no address of the relay the tunnel waits, says what to do, and takes the first that is known", async () => {
	names = new Error("EAI_AGAIN");
	tunnel.duty.poke();
	await expect.poll(() => health.list().map((c) => c.code)).toContain("tunnel.failing");
	expect(health.list()[0]?.text).toContain("no address of the relay relay.example.org is known");
	names = [four!];
	tunnel.lineChanged();
	await tunnel.duty.settled();
	expect(model.peer()?.endpoint).toBe(at(four));
	expect(health.list()).toEqual([]);
});

test("the last good address serves while the name cannot be resolved", async () => {
	names = new Error("EAI_AGAIN");
	begin({ lastGood: [six!, four!] });
	tunnel.duty.poke();
	await tunnel.duty.settled();
	expect(model.peer()?.endpoint).toBe(at(four));
	expect(health.list().map((c) => c.code)).toEqual(["tunnel.endpoint_unresolved"]);
});

test("a name that could not be resolved while the line was dead is tried again when the tunnel is up", async () => {
	await start();
	names = new Error("EAI_AGAIN");
	model.paths.tcp.clear();
	model.paths.udp.clear();
	await pulses(10);
	expect(health.list().map((c) => c.code)).toContain("tunnel.endpoint_unresolved");
	names = [four!, six!];
	model.open(four!, six!);
	await pulses(30);
	expect(health.list()).toEqual([]);
});

test("outer = ipv6 never uses IPv4, and leaves an endpoint in IPv4 that was there", async () => {
	begin({ outer: "ipv6" });
	model.device.ensure();
	model.addPeer(key, { endpoint: at(four), allowed: ["10.86.0.1/32"], keepalive: 25 });
	tunnel.duty.poke();
	await tunnel.duty.settled();
	expect(model.peer()?.endpoint).toBe(at(six));
	model.close(six!);
	await pulses(400);
	expect(model.commands.join()).not.toContain(at(four));
});

test("while the line is down nothing is touched, and the session works at once when it is back", async () => {
	await start();
	const session = model.peer()?.session;
	families = new Set();
	model.close(four!, six!);
	await pulses(60);
	expect(model.commands).toEqual([]);
	expect(health.list().map((c) => c.code)).toEqual(["line.down"]);
	families = new Set([4, 6]);
	model.open(four!, six!);
	tunnel.lineChanged();
	await pulses(1);
	expect([tunnel.up(), model.peer()?.session]).toEqual([true, session]);
	expect(health.list()).toEqual([]);
});

test("while the path is down the session is kept, and a silence is logged once", async () => {
	await start();
	const session = model.peer()?.session;
	model.close(four!, six!);
	await pulses(100);
	expect(model.commands).toEqual([]);
	expect(lines.filter((line) => line.startsWith("error"))).toEqual([
		expect.stringContaining(
			"no answer from the relay relay.example.org through the tunnel (the last one came at 03:16:44 UTC)",
		),
	]);
	model.open(four!, six!);
	await pulses(1);
	expect([tunnel.up(), model.peer()?.session]).toEqual([true, session]);
	expect(lines.at(-2)).toMatch(/^info tunnel up after 10\d\.\d s$/);
});

test("a pulse is asked for when the path is back, and when a handshake was forced, and at no other time", async () => {
	await start();
	model.close(four!, six!);
	await pulses(150);
	expect(hopes).toEqual([]);
	const forced = () => model.commands.filter((command) => command.includes(" remove")).length;
	await pulses(250);
	expect(hopes.length).toBe(forced());
	const [before, hoped] = [forced(), hopes.length];
	for (const address of [four!, six!]) model.paths.tcp.add(address);
	await pulses(1);
	expect(hopes.slice(hoped)).toEqual([time]);
	expect(forced(), "what WireGuard does by itself has a chance first").toBe(before);
	await pulses(100);
	expect(forced()).toBeGreaterThan(before + 1);
	expect(hopes.length - hoped - 1).toBe(forced() - before);
});

test("a session that the relay made just now is not thrown away, also when its first answers are lost", async () => {
	await start();
	model.close(four!, six!);
	model.relay.session = undefined;
	await pulses(200);
	model.commands.length = 0;
	for (const address of [four!, six!]) model.paths.tcp.add(address);
	model.peer()!.handshake = Math.floor((clock(time) + 1_000) / 1_000);
	await pulses(3);
	expect(model.commands).toEqual([]);
	await pulses(3);
	expect(model.commands[0]).toContain(" remove ");
});

test("a name server that does not answer keeps nobody waiting", async () => {
	await start();
	begin({ lastGood: [four!, six!], resolve: () => new Promise(() => {}) });
	tunnel.answered();
	model.close(four!, six!);
	await pulses(400);
	model.open(four!, six!);
	await pulses(2);
	expect(tunnel.up()).toBe(true);
});

test("a relay that forgot the session gets a new handshake within 5 s", async () => {
	await start();
	model.relay.session = undefined;
	await pulses(5);
	expect(tunnel.up()).toBe(true);
	expect(model.commands[0]).toContain(`peer ${key} remove peer ${key}`);
});

test("a relay that shakes hands but answers no pulse is kept in its family, and is up with its first answer", async () => {
	await start();
	model.relay.answers = false;
	await pulses(130);
	expect(model.commands.join()).not.toContain(at(six));
	expect(model.commands.length).toBeLessThanOrEqual(15);
	expect(health.list().map(({ code }) => code)).toEqual(["tunnel.relay_mute"]);
	expect(health.mailFlows).toBe(true);
	model.relay.answers = true;
	await pulses(1);
	expect([tunnel.up(), health.list()]).toEqual([true, []]);
});

test("a relay that forgot what it had agreed to in the same silence gets a new handshake when its path is back", async () => {
	await start();
	model.relay.answers = false;
	await pulses(5);
	model.close(four!, six!);
	await pulses(3);
	model.relay.session = undefined;
	model.relay.answers = true;
	model.open(four!, six!);
	await pulses(3);
	expect(tunnel.up()).toBe(true);
});

test("a router that keeps a dead translation for our port is got past with another port", async () => {
	families = new Set([4]);
	await start();
	model.port.dead = model.port.now;
	await pulses(10);
	expect(tunnel.up()).toBe(true);
});

test("a path that is gone for a moment leads to a family whose UDP is dead, and back with its session", async () => {
	await start();
	const session = model.peer()?.session;
	model.paths.udp.delete(six!);
	model.close(four!);
	await pulses(4);
	expect(model.peer()?.endpoint).toBe(at(six));
	await pulses(1);
	model.open(four!);
	await pulses(2);
	expect([tunnel.up(), model.peer()?.endpoint, model.peer()?.session]).toEqual([true, at(four), session]);
});

test("a path that is gone while the relay is mute is left for the other family at once", async () => {
	await start();
	model.relay.answers = false;
	await pulses(300);
	model.close(four!);
	await pulses(1);
	model.relay.answers = true;
	await pulses(2);
	expect([tunnel.up(), model.peer()?.endpoint]).toEqual([true, at(six)]);
});

test("a relay that can be reached through the tunnel alone is found again as quickly as others", async () => {
	model.paths.tcp.clear();
	await start();
	expect(tunnel.up()).toBe(true);
	model.relay.session = undefined;
	await pulses(5);
	expect(tunnel.up()).toBe(true);
});

test("a name that moves after a long silence is followed", async () => {
	await start();
	model.close(four!, six!);
	model.relay.session = undefined;
	await pulses(400);
	names = [moved!];
	model.open(moved!);
	await pulses(7);
	expect([tunnel.up(), model.peer()?.endpoint]).toEqual([true, at(moved)]);
});

test("a router that answers for every name while its line is down is not taken for the relay", async () => {
	const [relay, router] = [parseAddress("5.9.1.1"), parseAddress("192.168.178.1")];
	model.open(relay);
	names = [relay];
	await start();
	const session = model.peer()?.session;
	names = [router];
	model.close(relay);
	model.paths.tcp.add(router);
	await pulses(60);
	expect(model.commands).toEqual([]);
	expect(health.list().map((c) => c.text)).toContainEqual(
		expect.stringContaining("it is said to be 192.168.178.1"),
	);
	names = [relay];
	model.open(relay);
	await pulses(1);
	expect([tunnel.up(), model.peer()?.session]).toEqual([true, session]);
});

test("a relay that boots is found again with the first pulses that it could answer", async () => {
	await start();
	model.close(four!, six!);
	model.relay.running = false;
	await pulses(40);
	expect(model.commands).toEqual([]);
	model.relay.session = undefined;
	model.relay.running = true;
	model.open(four!, six!);
	await pulses(3);
	expect(tunnel.up()).toBe(true);
});

test("a relay whose name points elsewhere now is followed", async () => {
	await start();
	model.close(four!, six!);
	names = [moved!];
	model.open(moved!);
	model.relay.session = undefined;
	await pulses(12);
	expect([tunnel.up(), model.peer()?.endpoint]).toEqual([true, at(moved)]);
	expect(resolved.at(-1)).toEqual([moved]);
});

test("what the name pointed to before a silence throws no session away", async () => {
	await start();
	const session = model.peer()?.session;
	names = [six!];
	model.close(four!, six!);
	await pulses(3);
	model.open(four!, six!);
	await pulses(2);
	expect([tunnel.up(), model.peer()?.session]).toEqual([true, session]);
	names = new Error("EAI_AGAIN");
	families = new Set([4]);
	model.close(four!, six!);
	await pulses(10);
	expect(model.commands.filter((command) => !keepsSession(command))).toEqual([]);
	model.open(four!);
	await pulses(2);
	expect([tunnel.up(), model.peer()?.endpoint, model.peer()?.session]).toEqual([true, at(four), session]);
});

test("a name that points elsewhere is followed once, and not right after another handshake was forced", async () => {
	await start();
	names = [moved!];
	model.open(moved!);
	model.paths.udp.delete(four!);
	model.paths.udp.delete(six!);
	model.relay.session = undefined;
	const renewals: number[] = [];
	for (let second = 0; second < 8; second++) {
		const before = model.commands.length;
		await pulses(1);
		if (model.commands.length > before) renewals.push(model.commands.length - before);
	}
	expect([tunnel.up(), model.peer()?.endpoint]).toEqual([true, at(moved)]);
	expect(renewals).toEqual([1, 1]);
});

test("when only the other family has a path, the tunnel goes there, and back to IPv4 within 6 minutes of its return", async () => {
	await start();
	const before = model.peer()?.session;
	model.close(four!);
	names = new Error("EAI_AGAIN");
	await pulses(4);
	expect([tunnel.up(), model.peer()?.endpoint, model.peer()?.session]).toEqual([true, at(six), before]);
	await minutes(7);
	expect(model.peer()?.endpoint, "IPv4 does not answer").toBe(at(six));
	const session = model.peer()?.session;
	model.commands.length = 0;
	model.open(four!);
	await minutes(6);
	expect([tunnel.up(), model.peer()?.endpoint, model.peer()?.session]).toEqual([true, at(four), session]);
	expect(model.commands).toHaveLength(1);
	expect(model.commands.every(keepsSession)).toBe(true);
	await minutes(10);
	expect(model.commands, "and stays").toHaveLength(1);
});

test("when the relay also forgot the session, the other family gets a new one", async () => {
	await start();
	model.close(four!);
	model.relay.session = undefined;
	await pulses(8);
	expect([tunnel.up(), model.peer()?.endpoint]).toEqual([true, at(six)]);
});

test("a line without IPv4 moves the tunnel to IPv6, and one that has it again back at once, with its session", async () => {
	await start();
	const session = model.peer()?.session;
	families = new Set([6]);
	model.close(four!);
	tunnel.lineChanged();
	await pulses(1);
	expect([tunnel.up(), model.peer()?.endpoint]).toEqual([true, at(six)]);
	families = new Set([4, 6]);
	model.open(four!);
	tunnel.lineChanged();
	await pulses(1);
	expect([tunnel.up(), model.peer()?.endpoint, model.peer()?.session]).toEqual([true, at(four), session]);
	expect(model.commands.every(keepsSession)).toBe(true);
});

test("a packet that was under way when the tunnel went back to IPv4 does not keep it on IPv6", async () => {
	await start();
	model.close(four!);
	await pulses(6);
	model.open(four!);
	tunnel.lineChanged();
	await tunnel.duty.settled();
	expect(model.peer()?.endpoint).toBe(at(four));
	model.arrivesFrom(six!);
	await pulses(2);
	expect([tunnel.up(), model.peer()?.endpoint, tunnel.endpoint()?.address]).toEqual([true, at(four), four]);
	model.commands.length = 0;
	await minutes(10);
	expect(model.commands).toEqual([]);
});

test("where every packet comes from IPv6, the tunnel stays there, and tries less and less often", async () => {
	await start();
	model.close(four!);
	await pulses(6);
	model.open(four!);
	for (let second = 0; second < 3_600; second++) {
		await pulses(1);
		model.arrivesFrom(six!);
		if (second % 60 === 0) tunnel.duty.poke();
	}
	expect([tunnel.up(), tunnel.endpoint()?.address]).toEqual([true, six]);
	expect(model.commands.length).toBeLessThanOrEqual(50);
});

test("where IPv4 takes TCP but no UDP, the tunnel goes back to IPv6 with its session, and tries less and less often", async () => {
	await start();
	model.close(four!);
	await pulses(6);
	const session = model.peer()?.session;
	model.paths.tcp.add(four!);
	model.commands.length = 0;
	await minutes(60);
	expect([tunnel.up(), model.peer()?.endpoint, model.peer()?.session]).toEqual([true, at(six), session]);
	expect(model.commands.every(keepsSession)).toBe(true);
	const tries = model.commands.filter((command) => command.includes(at(four))).length;
	expect(tries).toBeGreaterThanOrEqual(2);
	expect(tries).toBeLessThanOrEqual(4);
});

test("UDP that somebody blocks in IPv4 alone is worked around", async () => {
	model.paths.udp.delete(four!);
	tunnel.duty.poke();
	await pulses(40);
	expect([tunnel.up(), model.peer()?.endpoint]).toEqual([true, at(six)]);
});

test("a new IPv6 prefix makes WireGuard choose its source anew, at once and without a new session", async () => {
	families = new Set([6]);
	await start();
	const session = model.peer()?.session;
	expect(model.source()).toBe("2001:db8:1::20");
	source = "2001:db8:2::20";
	await pulses(2);
	expect(model.source(), "WireGuard keeps the old one by itself").toBe("2001:db8:1::20");
	tunnel.addressesChanged();
	await tunnel.duty.settled();
	await pulses(1);
	expect([model.source(), model.peer()?.session]).toEqual(["2001:db8:2::20", session]);
	tunnel.duty.poke();
	await tunnel.duty.settled();
	expect(model.commands).toHaveLength(1);
});

test("a new IPv6 prefix is nothing to a tunnel over IPv4", async () => {
	await start();
	tunnel.addressesChanged();
	await tunnel.duty.settled();
	expect(model.commands).toEqual([]);
});
