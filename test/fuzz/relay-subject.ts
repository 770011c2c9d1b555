import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { relay } from "../../relay-side/relay.ts";
import { configSource } from "../../shared/config-watch.ts";
import { createLog } from "../../shared/log.ts";
import { createProgram } from "../../shared/program.ts";
import { configSchema } from "../../shared/program-kind.ts";
import { random } from "../shared/random.ts";
import { relayMachine } from "./relay-machine.ts";

// The relay's whole program in a process of its own, on a machine in memory; its ports, its socket for Postfix and its
// files are real. It tells what it keeps, and its heap, over the channel to the process that started it.

export interface RelaySetting {
	/** For files; made by who asks. */
	folder: string;
	seed: number;
	privateKey: string;
	address: string;
	ports: { pulse: number; checkin: number; http: number };
	homes: ReadonlyArray<{ id: string; address: string; publicKey: string; presharedKey?: string }>;
	/** Who behaves: the endpoint that WireGuard shows, by public key. */
	endpoints: Record<string, string>;
}

/** What it keeps, and the heap in MB after everything that can go has gone, if that was asked for. */
export interface Kept {
	state: Record<string, string>;
	heap?: number;
}

async function serve({ folder, privateKey, ports, homes, ...setting }: RelaySetting) {
	const at = (name: string) => join(folder, name);
	const directories = ["homes.d", "state", "maps", "run", "queue/heimweg"];
	for (const directory of directories) await mkdir(at(directory), { recursive: true });
	await writeFile(at("key"), privateKey, { mode: 0o600 });
	for (const { id, address, publicKey, presharedKey } of homes) {
		const keyFile = at(`${id}.psk`);
		if (presharedKey) await writeFile(keyFile, presharedKey, { mode: 0o600 });
		const lines = [
			`public_key = "${publicKey}"`,
			`addresses = ["${address}"]`,
			`domains = ["${id}.example"]`,
			...(presharedKey ? [`preshared_key_file = "${keyFile}"`] : []),
		];
		await writeFile(join(at("homes.d"), `${id}.toml`), lines.join("\n"));
	}
	const machine = relayMachine({
		...{ queue: at("queue"), maps: at("maps"), random: random(setting.seed) },
		endpoints: new Map(Object.entries(setting.endpoints)),
	});
	const config = configSchema(relay).parse({
		tunnel: {
			...{ private_key_file: at("key"), addresses: [setting.address] },
			networks: [setting.address.replace(/\d+\.\d+$/, "0.0/16")],
		},
		...{ homes_dir: at("homes.d"), state_dir: at("state"), run_dir: at("run") },
		postfix: { maps_dir: at("maps") },
		...{ pulse: { port: ports.pulse }, checkin: { port: ports.checkin } },
		http: { listen: `127.0.0.1:${ports.http}` },
	});
	const { log } = createLog();
	log.level = "silent";
	const key = { privateKey, privateKeyFile: at("key") };
	const program = await createProgram(
		relay,
		{ config, source: configSource("", ""), key, parts: new Map() },
		machine.run,
		log,
	);
	await program.start();
	process.on("message", async ({ id, heap: heapToo }: { id: number; heap?: boolean }) => {
		if (heapToo) globalThis.gc?.();
		const heap = heapToo ? process.memoryUsage().heapUsed / 2 ** 20 : undefined;
		process.send!({ id, state: await machine.state(), heap });
	});
}

if (process.argv[1] === import.meta.filename) {
	process.once("disconnect", () => process.exit(0));
	await serve(JSON.parse(process.argv[2]!) as RelaySetting);
	process.send!({ ready: true });
}
