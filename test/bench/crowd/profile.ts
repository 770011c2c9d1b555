import { writeFile } from "node:fs/promises";
import { WebSocket } from "undici";
import { inspectorPort } from "./inspector.ts";
import { work } from "./worker.ts";

// Has the companion's own runtime say where its time goes, through the inspector of Node that listens on the relay.

interface Reply {
	id?: number;
	result?: unknown;
	error?: { message: string };
}

let socket: WebSocket | undefined;
let lastId = 0;

async function connect(): Promise<WebSocket> {
	const response = await fetch(`http://127.0.0.1:${inspectorPort}/json/list`);
	const [target] = (await response.json()) as Array<{ webSocketDebuggerUrl: string }>;
	const fresh = new WebSocket(target!.webSocketDebuggerUrl);
	await new Promise((resolve, reject) => {
		fresh.addEventListener("open", resolve, { once: true });
		fresh.addEventListener("error", () => reject(new Error("the inspector does not answer")), { once: true });
	});
	return fresh;
}

function call(method: string, params: object = {}): Promise<unknown> {
	const id = ++lastId;
	return new Promise((resolve, reject) => {
		const hear = ({ data }: { data: unknown }) => {
			const reply = JSON.parse(String(data)) as Reply;
			if (reply.id !== id) return;
			socket!.removeEventListener("message", hear);
			if (reply.error) reject(new Error(reply.error.message));
			else resolve(reply.result);
		};
		socket!.addEventListener("message", hear);
		socket!.send(JSON.stringify({ id, method, params }));
	});
}

work({
	async start() {
		socket ??= await connect();
		await call("Profiler.enable");
		await call("Profiler.setSamplingInterval", { interval: 500 });
		await call("Profiler.start");
	},
	/** Writes it where Chrome's and VS Code's viewers read it. */
	async stop(file: string) {
		const { profile } = (await call("Profiler.stop")) as { profile: unknown };
		await writeFile(file, JSON.stringify(profile));
	},
});
