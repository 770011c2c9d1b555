import { afterEach, beforeAll } from "vitest";
import type { Host } from "./host.ts";
import type { LabOptions } from "./lab.ts";
import { domain, type Scene, type SceneOptions, setScene, until } from "./scene.ts";
import { useLab } from "./use-lab.ts";

/**
 * As {@link useLab}, with Heimweg built, installed and running on both hosts. What a failed test's hosts have in their
 * journals is printed.
 */
export function useScene(options: SceneOptions & { lab?: LabOptions } = {}): () => Scene {
	const lab = useLab(options.lab);
	let scene: Scene | undefined;
	beforeAll(async () => {
		scene = await setScene(lab(), options);
		await until("the records are in sync", async () =>
			Boolean((await scene?.agentStatus())?.records?.inSync),
		);
		// A Postfix process that meets a missing map keeps that answer for its life.
		await until("the relay has its maps", async () => (await routeOf(lab().relay, domain)) !== "");
	});
	afterEach(async ({ task }) => {
		if (task.result?.state !== "fail") return;
		for (const host of [lab().home, lab().relay]) {
			if (host.isOn) console.log(`${task.name}\n--- ${host.role}\n${await lastLines(host)}`);
		}
	});
	return () => {
		if (!scene) throw new Error("the scene is there in tests and hooks only");
		return scene;
	};
}

function lastLines(host: Host): Promise<string> {
	return host
		.journal("--boot", "-o", "short-precise", "-n", "30", "-u", "heimweg*", "-u", "postfix*")
		.catch((error) => String(error));
}

/** Where the relay's transport map sends a domain; empty when it does not know it. */
export async function routeOf(relay: Host, name: string): Promise<string> {
	return (await relay.exec(["postmap", "-q", name, "lmdb:/var/lib/heimweg-relay/maps/transport"])).stdout;
}

/** True while the condition holds for the agent or for the relay's companion, whichever the status is of. */
export function holds(status: { conditions: ReadonlyArray<{ code: string }> }, code: string): boolean {
	return status.conditions.some((condition) => condition.code === code);
}

/** The value of a figure without labels in what `/metrics` of a host says; 0 when it is not there. */
export async function figure(host: Host, port: number, name: string): Promise<number> {
	const script = `fetch("http://127.0.0.1:${port}/metrics").then((r) => r.text()).then((text) => console.log(text))`;
	const text = await host.run(["node", "-e", script]);
	const line = text.split("\n").find((one) => one.startsWith(`${name} `));
	return Number(line?.split(" ")[1] ?? 0);
}
