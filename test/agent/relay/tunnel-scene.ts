import { afterEach, beforeEach } from "vitest";
import { createTunnel, type Tunnel, type TunnelOptions } from "../../../agent/relay/tunnel.ts";
import { type Address, type Family, parseAddress } from "../../../shared/address.ts";
import { Health } from "../../../shared/health.ts";
import { logLines } from "../log-lines.ts";
import { relaySettings } from "./relay-settings.ts";
import { wireguardModel } from "./wireguard-model.ts";

export const key = relaySettings.publicKey;
export const [four, moved, six] = ["198.51.100.1", "198.51.100.2", "2001:db8::1"].map((text) =>
	parseAddress(text),
) as [Address, Address, Address];
export const at = (address: Address) => (address.includes(":") ? `[${address}]:51820` : `${address}:51820`);
export const keepsSession = (command: string) => !command.includes(" remove");

/** The wall clock, in milliseconds, at this time of the steady one. */
export const clock = (steady: number) => Date.UTC(2026, 0, 2, 3, 0, 0) + steady;

interface TunnelScene {
	model: ReturnType<typeof wireguardModel>;
	/** What the relay's name points to. */
	names: Address[] | Error;
	families: Set<Family>;
	time: number;
	health: Health;
	lines: string[];
	tunnel: Tunnel;
	ups: number;
	hopes: number[];
	resolved: Address[][];
	/** The address that the kernel would choose as the source of outer IPv6 packets. */
	source: string;
	/** Makes the tunnel anew, with other options. */
	begin(changes?: Partial<TunnelOptions>): void;
	/** What the pulse watcher does: one pulse each second, and news of silence after three. */
	pulses(seconds: number): Promise<void>;
	/** Sets the tunnel up, and forgets what that took. */
	start(): Promise<void>;
	/** The schedule's poke, once a minute. */
	minutes(count: number): Promise<void>;
}

/** A tunnel on a model of WireGuard, new for each test of the file. */
export function tunnelScene(): TunnelScene {
	const scene = {
		begin(changes) {
			const log = logLines();
			scene.lines = log.lines;
			scene.health = new Health(log.log);
			scene.tunnel = createTunnel({
				device: scene.model.device,
				relay: relaySettings,
				outer: "auto",
				async resolve() {
					if (scene.names instanceof Error) throw scene.names;
					return scene.names;
				},
				pathWorks: async (address) => scene.model.paths.tcp.has(address),
				families: () => scene.families,
				lastGood: [],
				onResolved: (addresses) => scene.resolved.push([...addresses]),
				onUp: () => {
					scene.ups += 1;
				},
				onHope: () => scene.hopes.push(scene.time),
				health: scene.health,
				log: log.log,
				now: () => scene.time,
				clock: () => new Date(clock(scene.time)),
				...changes,
			});
		},
		async pulses(seconds) {
			for (let second = 0; second < seconds; second++) {
				scene.time += 1_000;
				if (scene.model.pulse(scene.source)) {
					lastAnswer = scene.time;
					scene.tunnel.answered();
				} else if (scene.time - lastAnswer >= 2_500) {
					scene.tunnel.silent(scene.time - lastAnswer);
				}
				await scene.tunnel.duty.settled();
			}
		},
		async start() {
			scene.tunnel.duty.poke();
			await scene.tunnel.duty.settled();
			await scene.pulses(4);
			scene.model.commands.length = 0;
			scene.lines.length = 0;
		},
		async minutes(count) {
			for (let minute = 0; minute < count; minute++) {
				await scene.pulses(60);
				scene.tunnel.duty.poke();
				await scene.tunnel.duty.settled();
			}
		},
	} as TunnelScene;
	let lastAnswer: number;

	beforeEach(() => {
		scene.model = wireguardModel(key, () => clock(scene.time));
		scene.model.open(four, six);
		scene.names = [four, six];
		scene.families = new Set([4, 6]);
		scene.time = 1_000_000;
		lastAnswer = scene.time;
		scene.ups = 0;
		scene.hopes = [];
		scene.resolved = [];
		scene.source = "2001:db8:1::20";
		scene.begin();
	});
	afterEach(() => scene.tunnel.duty.stop());
	return scene;
}
