import { afterEach, beforeAll } from "vitest";
import type { LabOptions } from "./lab.ts";
import { type MailClients, mailClients } from "./mail-clients.ts";
import { setMailSystem } from "./mail-system.ts";
import type { Scene, SceneOptions } from "./scene.ts";
import { useLab } from "./use-lab.ts";

/** The whole mail system, and who uses it from the internet. */
export interface MailSystem extends Scene {
	clients: MailClients;
}

/** As `useScene`, with the whole mail system. What a failed test's hosts have in their journals is printed. */
export function useMailSystem(options: SceneOptions & { lab?: LabOptions } = {}): () => MailSystem {
	const lab = useLab(options.lab);
	let system: MailSystem | undefined;
	beforeAll(async () => {
		const scene = await setMailSystem(lab(), options);
		system = { ...scene, clients: await mailClients(lab().internet) };
	});
	afterEach(async ({ task }) => {
		if (task.result?.state !== "fail") return;
		for (const host of [lab().home, lab().relay]) {
			const said = await host.journal("--boot", "-o", "short-precise", "-n", "60").catch(String);
			console.log(`${task.name}\n--- ${host.role}\n${said}`);
		}
	});
	return () => {
		if (!system) throw new Error("the mail system is there in tests and hooks only");
		return system;
	};
}
