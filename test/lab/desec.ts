import { once } from "node:events";
import { openSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Certificates } from "./certificates.ts";
import type { Namespace } from "./namespace.ts";
import { addresses } from "./network.ts";
import type { Run } from "./run.ts";
import { relayZone, userZone } from "./zones.ts";

const projectFolder = fileURLToPath(new URL("../..", import.meta.url));

/** The stand-in for deSEC on the lab's internet; its zone is served, signed, by PowerDNS. */
export interface Desec {
	/** As a host names them; the certificate is the lab's. */
	api: string;
	update: string;
	/** Tell the caller its address, for one family each. */
	checkIp: { ipv4: string; ipv6: string };
	/** May do everything. */
	token: string;
	/** Asks the stand-in's own interface (test/desec/main.ts): what it saw, faults, other people's changes. */
	control(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<unknown>;
}

/** Starts the stand-in; throws when it does not serve after 20 s. */
export async function startDesec(
	run: Run,
	namespace: Namespace,
	certificates: Certificates,
	powerDns: { url: string; key: string },
): Promise<Desec> {
	const token = `lab-${powerDns.key.slice(0, 20)}`;
	const [tokenFile, keyFile, socket] = ["desec.token", "powerdns.key", "desec.sock"].map((file) =>
		join(run.folder, file),
	) as [string, string, string];
	await writeFile(tokenFile, token, { mode: 0o600 });
	await writeFile(keyFile, powerDns.key, { mode: 0o600 });
	const { services } = addresses;
	const argv = [
		...[process.execPath, "--import", "tsx", join(projectFolder, "test/desec/main.ts")],
		...["--listen", `${services.ipv4}:443`, "--listen", `[${services.ipv6}]:443`],
		...["--tls-cert", certificates.certificate, "--tls-key", certificates.key],
		...[
			"--domain",
			userZone,
			"--domain",
			relayZone,
			"--nameserver",
			"ns1.desec.test",
			"--nameserver",
			"ns2.desec.test",
		],
		...["--token-file", tokenFile, "--control", socket],
		...["--pdns-url", powerDns.url, "--pdns-key-file", keyFile],
	];
	const log = join(run.folder, "console-desec.log");
	const child = namespace.spawn(argv, {
		cwd: projectFolder,
		stdio: ["ignore", "pipe", openSync(log, "a", 0o600)],
	});
	// Its last words are in the log; who still asks it then gets the error of the connection.
	child.unref();
	const lines = createInterface({ input: child.stdout! });
	const ended = once(child, "exit", { signal: AbortSignal.timeout(20_000) }).then(() => {
		throw new Error(`the stand-in for deSEC ended, see ${log}`);
	});
	await Promise.race([once(lines, "line"), ended]);
	ended.catch(() => {});
	return {
		api: "https://desec.test/api/v1",
		update: "https://update.desec.test/",
		checkIp: { ipv4: "https://checkipv4.desec.test/", ipv6: "https://checkipv6.desec.test/" },
		token,
		control: (method, path, body) => ask(socket, method, path, body),
	};
}

/** One request with JSON over a unix socket; the answer's JSON, or undefined when it is empty. */
async function ask(socketPath: string, method: string, path: string, body: unknown): Promise<unknown> {
	const text = body === undefined ? "" : JSON.stringify(body);
	// Of itself Node sends no length with a DELETE, and the body would be taken for the next request.
	const headers = { "content-length": Buffer.byteLength(text) };
	const signal = AbortSignal.timeout(10_000);
	const asked = request({ socketPath, method, path, headers, timeout: 10_000, signal });
	asked.end(text);
	const [answer] = await once(asked, "response");
	let said = "";
	for await (const chunk of answer.setEncoding("utf8")) said += chunk;
	if (answer.statusCode >= 300) throw new Error(`stand-in: ${method} ${path}: ${answer.statusCode} ${said}`);
	return said ? JSON.parse(said) : undefined;
}
