import { checkinCipher, checkinIdentity } from "../../shared/protocol/checkin.ts";
import { deriveKeys } from "../../shared/protocol/keys.ts";
import { addresses } from "./network.ts";
import { domain, type Scene, tunnel, until } from "./scene.ts";

/** Recipients in the measured list, and how many of them each change replaces. */
export const many = 100_000;
export const few = 10;

export interface RecipientChanges {
	/** Of each change, from its check-in until new SMTP sessions are answered by it. */
	seconds: number[];
	/** The status that a list with a foreign domain was answered with. */
	foreign: number;
}

/**
 * Gives the home many recipients, and then lets a program in the agent's place check changes in. Leaves the home with
 * them, and the agent running.
 */
export async function measureRecipientChanges({ lab, keys }: Scene): Promise<RecipientChanges> {
	const { home, relay } = lab;
	const map = "lmdb:/var/lib/heimweg-relay/maps/relay_recipients";
	const names = Array.from({ length: many }, (_, number) => `user${number}`).join("\n");
	await home.write("/etc/heimweg-recipients.list", `${names}\n`, 0o644);
	await home.run(["systemctl", "start", "heimweg-recipients"]);
	const last = ["postmap", "-q", `user${many - 1}@${domain}`, map];
	await until("the relay has all", async () => (await relay.exec(last)).exitCode === 0, 90_000);
	await home.run(["systemctl", "stop", "heimweg"]);
	// The lab's internet takes a second to say that an address has no name.
	await relay.run(["postconf", "-e", "smtpd_peername_lookup=no"]);
	await relay.run(["postfix", "reload"]);
	try {
		const { checkin } = deriveKeys(keys.home.privateKey, keys.relay.publicKey, "home");
		await home.write("/root/measure.mjs", programText(checkin), 0o600);
		const text = await home.run(["node", "/root/measure.mjs"], { timeout: 120_000 });
		return JSON.parse(text) as RecipientChanges;
	} finally {
		await home.run(["systemctl", "start", "heimweg"]);
	}
}

/** The program: it checks changes in as the agent does, and asks in new SMTP sessions from outside of the tunnel. */
function programText(key: Buffer): string {
	return `
import { connect } from "node:net";
import { request } from "node:https";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
const domain = "${domain}";
const mixed = Buffer.alloc(16);
const mix = (r) => createHash("sha256").update(r).digest().subarray(0, 16).forEach((b, i) => { mixed[i] ^= b; });
const { sources } = JSON.parse(readFileSync("/var/lib/heimweg-recipients/recipients.json", "utf8"));
for (const one of new Set(sources.flatMap((source) => source.recipients))) mix(one);
function post(body) {
	return new Promise((resolve, reject) => {
		const call = request({ host: "${tunnel.relay[0]}", port: 8687, path: "/v1/recipients", method: "POST", agent: false,
			minVersion: "TLSv1.3", ciphers: "${checkinCipher}", ca: [],
			pskCallback: () => ({ psk: Buffer.from("${key.toString("hex")}", "hex"), identity: "${checkinIdentity}" }),
		}, (response) => {
			response.resume().on("end", () => resolve(response.statusCode));
		}).on("error", reject);
		call.end(JSON.stringify(body));
	});
}
function session(user) {
	return new Promise((resolve, reject) => {
		const lines = ["EHLO sender.test", "MAIL FROM:<>", "RCPT TO:<" + user + "@" + domain + ">", "QUIT"];
		let text = "", step = 0, answer;
		const socket = connect(25, "${addresses.relay.ipv4}").setEncoding("latin1").on("error", reject);
		socket.on("close", () => resolve(answer));
		socket.on("data", (data) => {
			text += data;
			if (!/^\\d{3} .*\\r\\n$/m.test(text)) return;
			if (step === 3) answer = text.slice(0, 3);
			text = "";
			if (step < 4) socket.write(lines[step++] + "\\r\\n");
		});
	});
}
const seconds = [];
for (let round = 0; round < 10; round++) {
	const base = mixed.toString("hex");
	const add = Array.from({ length: ${few / 2} }, (_, i) => "fresh" + round + "-" + i + "@" + domain);
	const remove = Array.from({ length: ${few / 2} }, (_, i) => "user" + (round * 100 + i) + "@" + domain);
	for (const one of [...add, ...remove]) mix(one);
	const began = performance.now();
	const status = await post({ digest: mixed.toString("hex"), base, add, remove });
	if (status !== 200) throw new Error("the check-in was answered " + status);
	while ((await session("fresh" + round + "-0")) !== "250" || (await session("user" + round * 100)) !== "550");
	seconds.push((performance.now() - began) / 1000);
	await new Promise((resolve) => setTimeout(resolve, 500));
}
const foreign = await post({ digest: "0".repeat(32), add: ["x@other.example"] });
console.log(JSON.stringify({ seconds, foreign }));
`;
}
