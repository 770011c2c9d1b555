import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { expect, onTestFinished, test, vi } from "vitest";
import { pulseFailing, pulsePortTaken } from "../../relay-side/pulse/conditions.ts";
import { openSockets } from "../../relay-side/pulse/sockets.ts";
import { parseAddress } from "../../shared/address.ts";
import { runCommand } from "../../shared/command.ts";
import { Health } from "../../shared/health.ts";
import { portHolder, portTrouble } from "../../shared/port-holder.ts";
import { silent } from "./silent.ts";

const loopback = parseAddress("127.0.0.1");
const waitOptions = { timeout: 20_000, interval: 20 };

async function freePort(): Promise<number> {
	const socket = createSocket("udp4").bind(0, loopback);
	await once(socket, "listening");
	const { port } = socket.address();
	await new Promise<void>((done) => socket.close(() => done()));
	return port;
}

test.runIf(process.getuid?.() === 0)(
	"a port that another user holds is told with that user and what root does, and served once it is free",
	async () => {
		const port = await freePort();
		const program = `require("dgram").createSocket("udp4").bind(${port}, "127.0.0.1", () => console.log("bound"))`;
		const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath, "-e", program];
		const holder = spawn("setpriv", nobody, { cwd: "/", stdio: ["ignore", "pipe", "inherit"] });
		onTestFinished(() => void holder.kill());
		await once(holder.stdout, "data");
		const health = new Health(silent);
		const sockets = openSockets({
			...{ addresses: [loopback], port, onDatagram() {} },
			onTrouble: portTrouble({ run: runCommand, taken: pulsePortTaken, failing: pulseFailing, health }),
		});
		sockets.start();
		onTestFinished(() => sockets.stop());
		await vi.waitFor(() => expect(health.list()).toHaveLength(1), waitOptions);
		expect(health.list()[0]).toMatchObject({
			code: "pulse.port_taken",
			severity: "error",
			text: expect.stringContaining(
				`UDP port ${port} on 127.0.0.1 is held by another program of the user "nobody"`,
			),
			remedy: expect.stringContaining(`run "ss -ulnpe 'sport = :${port}'" as root`),
		});
		holder.kill();
		await vi.waitFor(() => expect(health.list()).toEqual([]), waitOptions);
		expect(sockets.towards(loopback)).toBeDefined();
	},
);

test("of what ss shows, only a socket at our address, or at all of them, is the holder's", async () => {
	const holder = (text: string) =>
		portHolder(async () => text, { protocol: "tcp", address: parseAddress("fd86::1"), port: 8687 });
	expect(await holder("LISTEN 0 5 [fd86::1]:8687 [::]:* uid:4294967294 ino:7 sk:1 cgroup:/x <->\n")).toBe(
		"of the user with the number 4294967294",
	);
	expect(await holder("LISTEN 0 5 *:8687 *:* ino:7 sk:1 cgroup:/x v6only:0 <->\n")).toBe(
		'of the user "root"',
	);
	for (const text of ["", "garbage", "LISTEN 0 5 [fd86::2]:8687 [::]:* uid:7\n"])
		expect(await holder(text)).toBe("");
});
