import { request } from "node:http";
import { deriveBearer } from "../../shared/protocol/bearer.ts";
import { deriveKeys } from "../../shared/protocol/keys.ts";
import { random } from "../shared/random.ts";
import { fireCheckins } from "./checkins.ts";
import { firePulses } from "./pulses.ts";

// A process on a home's network, from where it puts the real relay's companion under fire; what the companion has
// counted it reads from its metrics, over the socket in the relay's file system. Prints how many were counted.

/** What to do, as JSON on the command line. */
export interface Attack {
	part: "pulses" | "check-ins";
	count: number;
	seed: number;
	/** The home's tunnel address, and the relay's. */
	from: string;
	to: string;
	port: number;
	/** The home's private key, and the relay's public one. */
	privateKey: string;
	publicKey: string;
	/** The companion's control socket. */
	socket: string;
}

/** The sum of some of the companion's figures. */
function figure(socketPath: string, names: readonly string[]): Promise<number> {
	return new Promise((resolve, reject) => {
		const asked = request({ socketPath, path: "/metrics", timeout: 10_000 }, async (response) => {
			const chunks: string[] = await response.setEncoding("utf8").toArray();
			const text = chunks.join("");
			const values = names.map((name) => Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1]));
			resolve(values.reduce((sum, value) => sum + value, 0));
		});
		asked.on("timeout", () => asked.destroy(new Error("the companion does not tell its figures")));
		asked.on("error", reject).end();
	});
}

async function attack({ part, seed, socket, from, ...rest }: Attack): Promise<number> {
	const names = {
		pulses: ["pulses_garbage_total", "pulses_outdated_total"],
		"check-ins": ["checkins_refused_total"],
	}[part];
	const counted = () =>
		figure(
			socket,
			names.map((name) => `heimweg_relay_${name}`),
		);
	const { privateKey, publicKey, ...target } = rest;
	const keys = deriveKeys(privateKey, publicKey, "home");
	const fire = { ...target, random: random(seed), keys, bearer: deriveBearer(privateKey, publicKey) };
	if (part === "pulses") return firePulses({ ...fire, from, counted });
	return fireCheckins({ ...fire, from: () => from, greet: false, refused: counted, keysOf: () => keys });
}

console.log(JSON.stringify(await attack(JSON.parse(process.argv[2]!) as Attack)));
process.exit();
