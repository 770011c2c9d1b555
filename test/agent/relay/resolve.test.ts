import { afterEach, expect, it, vi } from "vitest";
import { createResolver } from "../../../agent/relay/resolve.ts";

afterEach(() => vi.useRealTimers());

it("gives every address of a name once, in an order of its own", async () => {
	const found = [{ address: "203.0.113.10" }, { address: "2001:DB8::10" }, { address: "203.0.113.10" }];
	const resolve = createResolver(async () => found);
	expect(await resolve("relay.example.net")).toEqual(["2001:db8::10", "203.0.113.10"]);
});

it("gives up on a name server behind a dead line, and asks it once however often it is wanted", async () => {
	vi.useFakeTimers();
	const ask = vi.fn(() => new Promise<never>(() => {}));
	const resolve = createResolver(ask);
	for (let i = 0; i < 3; i++) {
		const refused = expect(resolve("relay.example.net")).rejects.toThrow("within 2 s");
		await vi.advanceTimersByTimeAsync(2_000);
		await refused;
	}
	expect(ask).toHaveBeenCalledTimes(1);
});

it("asks anew after an answer, and hears of an error", async () => {
	const ask = vi
		.fn()
		.mockRejectedValueOnce(new Error("getaddrinfo EAI_AGAIN"))
		.mockResolvedValueOnce([{ address: "203.0.113.11" }]);
	const resolve = createResolver(ask);
	await expect(resolve("relay.example.net")).rejects.toThrow("EAI_AGAIN");
	expect(await resolve("relay.example.net")).toEqual(["203.0.113.11"]);
});
