import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { Address } from "../../shared/address.ts";
import { askBanner } from "../../shared/banner.ts";

const servers: Server[] = [];
afterEach(async () => {
	for (const server of servers.splice(0)) {
		server.close();
		await once(server, "close");
	}
});

/** A server on the loopback that does this with whoever connects. */
async function serve(talk: (socket: Socket) => void) {
	const server = createServer((socket) => {
		socket.on("error", () => {});
		talk(socket);
	});
	servers.push(server);
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return { address: "127.0.0.1" as Address, port: (server.address() as AddressInfo).port };
}

const never = new AbortController().signal;

describe("a mail server", () => {
	test("that greets with 220 answers, and is told goodbye", async () => {
		const heard: string[] = [];
		let left: () => void = () => {};
		const gone = new Promise<void>((resolve) => {
			left = resolve;
		});
		const server = await serve((socket) => {
			socket.on("data", (chunk) => {
				heard.push(String(chunk));
				socket.end("221 Bye\r\n");
			});
			socket.on("close", left);
			socket.write("220 mail.example.org ");
			setTimeout(() => socket.write("ESMTP\r\n"), 20);
		});
		expect(await askBanner(server, never)).toBeUndefined();
		await gone;
		expect(heard.join("")).toBe("QUIT\r\n");
	});

	test.each([
		["refuses for now", "421 4.3.2 too busy\r\n", 'its greeting is "421 4.3.2 too busy"'],
		["is no mail server", "SSH-2.0-\u0007test\r\n", 'its greeting is "SSH-2.0-test"'],
		["never ends its line", "x".repeat(2_000), `its greeting is "${"x".repeat(100)}"`],
		["hangs up", "", "it closed the connection without a greeting"],
	])("that %s does not", async (_, greeting, reason) => {
		const server = await serve((socket) => {
			if (greeting) socket.write(greeting);
			else socket.end();
		});
		expect(await askBanner(server, never)).toBe(reason);
	});

	test("that does not run does not", async () => {
		const server = await serve(() => {});
		servers.pop()!.close();
		expect(await askBanner(server, never)).toBe("nothing listens on this port");
	});

	test("that says nothing is left when nobody wants to know any more", async () => {
		const server = await serve(() => {});
		const ending = new AbortController();
		const answer = askBanner(server, ending.signal);
		ending.abort();
		expect(await answer).toBe("it is not asked any more");
	});
});
