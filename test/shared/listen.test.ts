import { createSocket, type Socket } from "node:dgram";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import type { HeimwegError } from "../../shared/errors.ts";
import { bindUnix, keepListening, type Listener, type Place } from "../../shared/listen.ts";

const ends: Array<() => unknown> = [];
afterEach(async () => {
	for (const end of ends.splice(0).reverse()) await end();
});

/** What was told of each trouble, and "well" for none. */
function listen<L extends Listener>(...places: Array<Place<L>>) {
	const told: string[] = [];
	let last: HeimwegError | undefined;
	const listening = keepListening({
		places,
		remedy: "end that program",
		onTrouble(error) {
			last = error;
			const text = error?.message ?? "well";
			if (told.at(-1) !== text) told.push(text);
		},
	});
	ends.push(() => listening.stop());
	listening.start();
	return { told, listening, last: () => last };
}

const tcp = (port: number): Place<Server> => ({
	name: `TCP port ${port} on 127.0.0.1`,
	open: () => createServer().listen({ host: "127.0.0.1", port }),
});
const udp = (port: number): Place<Socket> => ({
	name: `UDP port ${port} on 127.0.0.1`,
	open() {
		const socket = createSocket("udp4");
		socket.bind({ address: "127.0.0.1", port, exclusive: true });
		return socket;
	},
});

async function heldTcp(): Promise<{ port: number; free: () => Promise<void> }> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		port: (server.address() as AddressInfo).port,
		free: () => new Promise((resolve) => server.close(() => resolve())),
	};
}

async function heldUdp(): Promise<{ port: number; free: () => Promise<void> }> {
	const socket = createSocket("udp4");
	await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
	return { port: socket.address().port, free: () => new Promise((resolve) => socket.close(() => resolve())) };
}

test.each([
	["TCP", heldTcp, tcp],
	["UDP", heldUdp, udp],
] as const)(
	"a %s port that another program holds is told, and served once it is free",
	async (protocol, hold, place) => {
		const { port, free } = await hold();
		const { told, last } = listen<Listener>(place(port) as Place<Listener>);
		await vi.waitFor(() => expect(told).toHaveLength(1));
		expect(last()).toMatchObject({
			message: `${protocol} port ${port} on 127.0.0.1 is in use by another program`,
			remedy: "end that program",
		});
		await free();
		await vi.waitFor(() => expect(told.at(-1)).toBe("well"), 3_000);
	},
);

test("the first trouble stands for all until it is over", async () => {
	const [one, two] = [await heldTcp(), await heldTcp()];
	ends.push(two.free);
	const { told } = listen(tcp(one.port), tcp(two.port));
	await vi.waitFor(() => expect(told).toHaveLength(1));
	await new Promise((resolve) => setTimeout(resolve, 1_500));
	expect(told).toHaveLength(1);
	await one.free();
	await vi.waitFor(() => expect(told.at(-1)).toContain(`${two.port} on`), 3_000);
});

test("nothing listens, and nothing is tried again, after it was stopped", async () => {
	const { port, free } = await heldTcp();
	const { told, listening } = listen(tcp(port));
	await vi.waitFor(() => expect(told).toHaveLength(1));
	listening.stop();
	await free();
	await new Promise((resolve) => setTimeout(resolve, 1_300));
	const refused = new Promise((resolve) => connect(port, "127.0.0.1").once("error", resolve));
	expect(await refused).toMatchObject({ code: "ECONNREFUSED" });
});

test("an address that is not there is told with the system's own word", async () => {
	const { told } = listen({
		name: "TCP port 9 on 192.0.2.1",
		open: () => createServer().listen({ host: "192.0.2.1", port: 9 }),
	});
	await vi.waitFor(() =>
		expect(told[0]).toMatch(/^TCP port 9 on 192\.0\.2\.1 cannot be opened: .*EADDRNOTAVAIL/),
	);
});

test("a unix socket takes the place of one that was left behind, and everybody may open it", async () => {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-listen-"));
	ends.push(() => rm(folder, { recursive: true }));
	const path = join(folder, "socket");
	await writeFile(path, "left behind");
	const { told } = listen<Server>({
		name: `the socket ${path}`,
		open() {
			const server = createServer();
			bindUnix(server, path);
			return server;
		},
	});
	await vi.waitFor(async () => expect((await stat(path)).mode & 0o777).toBe(0o666));
	expect(told).toEqual(["well"]);
	const { told: troubles } = listen<Server>({
		name: "the socket",
		open() {
			const server = createServer();
			bindUnix(server, join(folder, "nowhere", "socket"));
			return server;
		},
	});
	await vi.waitFor(() => expect(troubles[0]).toContain("the socket cannot be opened"));
});
