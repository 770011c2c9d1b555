import { PassThrough } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { createBodies } from "../../../relay-side/checkin/bodies.ts";

function stage() {
	const gaveWay: string[] = [];
	const bodies = createBodies({ onGivenWay: (home) => gaveWay.push(home), room: { each: 100, most: 250 } });
	/** Begins to send so many bytes of something that goes on. */
	async function send(home: string, bytes: number, limit = 100) {
		const stream = new PassThrough();
		const text = bodies.read(home, stream, limit).catch((error: Error) => error);
		stream.write("x".repeat(bytes));
		await setImmediate();
		return { stream, text };
	}
	return { gaveWay, send };
}

test("what a home sends is read as it came, and what is too long is not", async () => {
	const { gaveWay, send } = stage();
	const [fits, long] = [await send("anna", 100), await send("bert", 51, 50)];
	fits.stream.end();
	expect(await fits.text).toBe("x".repeat(100));
	expect(await long.text).toBeUndefined();
	expect(gaveWay).toEqual([]);
});

test("a home that sends much at once and never ends has room for one long list, the newest", async () => {
	const { gaveWay, send } = stage();
	const sent = [];
	for (let n = 0; n < 10; n++) sent.push(await send("anna", 60));
	expect(gaveWay).toHaveLength(9);
	expect(sent.map(({ stream }) => stream.destroyed)).toEqual([...Array(9).fill(true), false]);
	for (const { text } of sent.slice(0, 9)) expect(await text).toBeInstanceOf(Error);
	sent[9]!.stream.end();
	expect(await sent[9]!.text).toBe("x".repeat(60));
});

test("homes that conspire with long bodies cost each other the room, and no quiet home", async () => {
	const { gaveWay, send } = stage();
	const quiet = await send("quiet", 5);
	for (let n = 0; n < 20; n++) await send(`loud${n % 5}`, 90);
	expect(gaveWay.length).toBeGreaterThanOrEqual(18);
	expect(gaveWay).not.toContain("quiet");
	quiet.stream.end();
	expect(await quiet.text).toBe("xxxxx");
});

test("what broke off or was read leaves its room to others", async () => {
	const { gaveWay, send } = stage();
	for (let n = 0; n < 10; n++) {
		const { stream, text } = await send("anna", 90);
		if (n % 2) stream.end();
		else stream.destroy();
		await text;
	}
	expect(gaveWay).toEqual([]);
});
