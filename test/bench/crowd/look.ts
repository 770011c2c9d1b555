import { Agent, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "../figure.ts";
import { work } from "./worker.ts";

// Looks at the companion from its own machine's network, over its HTTP interface.

export interface LoopSeen {
	/** Milliseconds from asking /livez until the answer, every 20 ms. */
	p50: number;
	p99: number;
	max: number;
	samples: number;
}

export interface PageSeen {
	milliseconds: number;
	bytes: number;
	status: number;
}

const port = 8651;
const agent = new Agent({ keepAlive: true });

/** Milliseconds between two looks. */
const pace = 20;

let watching = false;
let times: number[] = [];
let last: Promise<void> = Promise.resolve();

async function page(path: string): Promise<PageSeen & { text: string }> {
	const began = performance.now();
	return new Promise((resolve, reject) => {
		const request = get({ host: "127.0.0.1", port, path, agent, timeout: 120_000 }, (response) => {
			const chunks: Buffer[] = [];
			response.on("data", (chunk) => chunks.push(chunk));
			response.on("error", reject);
			response.on("end", () => {
				const body = Buffer.concat(chunks);
				const milliseconds = performance.now() - began;
				resolve({ milliseconds, bytes: body.length, status: response.statusCode ?? 0, text: String(body) });
			});
		});
		request.on("timeout", () => request.destroy(new Error(`no answer to ${path} in 120 s`)));
		request.on("error", reject);
	});
}

async function watch(): Promise<void> {
	while (watching) {
		const began = performance.now();
		await page("/livez").then(
			({ milliseconds }) => times.push(milliseconds),
			// It ends, or starts.
			() => {},
		);
		await sleep(Math.max(0, began + pace - performance.now()));
	}
}

work({
	async page(path: string): Promise<PageSeen> {
		const { text: _, ...seen } = await page(path);
		return seen;
	},
	/** Milliseconds until it is ready. */
	async ready(timeout: number): Promise<boolean> {
		const end = performance.now() + timeout;
		while (performance.now() < end) {
			if (
				await page("/readyz").then(
					({ status }) => status === 200,
					() => false,
				)
			)
				return true;
			await sleep(10);
		}
		return false;
	},
	async here(): Promise<number> {
		const { text } = await page("/metrics");
		return Number(/^heimweg_relay_homes_here (\d+)$/m.exec(text)?.[1] ?? Number.NaN);
	},
	watchLoop() {
		times = [];
		watching = true;
		last = watch();
	},
	async loopSeen(): Promise<LoopSeen> {
		watching = false;
		await last;
		const at = (share: number) => percentile(times, share);
		return { p50: at(0.5), p99: at(0.99), max: at(1), samples: times.length };
	},
});
