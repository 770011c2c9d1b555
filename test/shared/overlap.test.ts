import { expect, test } from "vitest";
import { parseCidr } from "../../shared/address.ts";
import { createOverlapReview } from "../../shared/overlap.ts";
import { silentHealth } from "./silent.ts";

const tunnel = { interface: "hw0", networks: [parseCidr("10.86.0.0/24")] };
const line = (seconds: number) => ({ dst: "2001:db8:2::/64", dev: "eth0", expires: seconds });
const vpn = { dst: "10.86.0.128/25", dev: "tun0" };

test("a network that takes the tunnel's addresses is told while it is there, whatever else changes", async () => {
	const health = silentHealth();
	let routes: object[] = [];
	let broken: string | undefined;
	const look = createOverlapReview({ run: async () => broken ?? JSON.stringify(routes), tunnel, health });
	const codes = () => health.list().map(({ code }) => code);
	for (const [now, told] of [
		[[line(1_800)], []],
		[[line(1_740)], []],
		[[line(1_680), vpn], ["tunnel.network_overlap"]],
		[[line(1_620), vpn], ["tunnel.network_overlap"]],
		[[line(1_560)], []],
	] as const) {
		routes = [...now];
		await look();
		expect(codes()).toEqual(told);
	}
	routes = [vpn];
	await look();
	broken = "garbage";
	await look();
	expect(codes()).toEqual(["tunnel.network_overlap"]);
});
