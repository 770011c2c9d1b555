import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Certificates } from "./certificates.ts";
import { attempt, type CommandOptions, type Outcome } from "./command.ts";
import { type Desec, startDesec } from "./desec.ts";
import { createDisk } from "./disk.ts";
import type { Namespace } from "./namespace.ts";
import { addresses, type Network } from "./network.ts";
import { enter, startContainer, waitForLeader } from "./nspawn.ts";
import { powerDnsCommand, powerDnsUrl, preparePowerDns } from "./powerdns.ts";
import type { Run } from "./run.ts";

/** A mail as a stranger's server hands it over. */
export interface Mail {
	from?: string;
	to: string;
	body?: string;
	subject?: string;
	/** Name or address of the server; the MX of `to` is not looked up. The relay if not given. */
	server?: string;
	port?: number;
}

export interface Handover {
	accepted: boolean;
	/** The whole SMTP conversation, as swaks(1) shows it. */
	transcript: string;
}

/** The internet of the lab: name servers and everything else that is neither the relay nor the home. */
export interface Internet {
	namespace: Namespace;
	certificates: Certificates;
	powerDns: { url: string; key: string };
	/** The DS of the root's key, up to which all zones are signed: what a host trusts (signed-zones.ts). */
	rootDs: string;
	desec: Desec;
	/** Runs a program of the lab's image from somewhere on the internet. */
	exec(argv: readonly string[], options?: CommandOptions): Promise<Outcome>;
	/** Hands a mail over by SMTP. Never throws because the server refuses. */
	sendMail(mail: Mail): Promise<Handover>;
	/** The records' data that the name server gives for a name, in its order; none when there is none. */
	dig(name: string, type: string, server?: string): Promise<string[]>;
}

/** Brings up the lab's internet: PowerDNS with its zones, deSEC, and a machine for strangers to work from. */
export async function startInternet(
	run: Run,
	image: string,
	network: Network,
	certificates: Certificates,
): Promise<Internet> {
	const disk = await createDisk(run, image, "inet", "sender.test");
	const key = randomBytes(16).toString("hex");
	const rootDs = await preparePowerDns(disk, key);
	const namespace = network.inet;
	const container = await startContainer(run, {
		...{ role: "inet", hostname: "sender.test", disk, namespace: namespace.name, command: powerDnsCommand },
	});
	const leader = await waitForLeader(container);

	const exec: Internet["exec"] = (argv, options = {}) => attempt(enter(leader, argv), options);
	const dig: Internet["dig"] = async (name, type, server = addresses.services.ipv4) => {
		const { stdout, stderr, exitCode } = await exec([
			"dig",
			"+short",
			"+tries=1",
			"+time=2",
			`@${server}`,
			name,
			type,
		]);
		if (exitCode !== 0) throw new Error(`dig ${name} ${type} at ${server}: ${stdout || stderr}`);
		return stdout.split("\n").filter(Boolean);
	};
	await answering(dig);
	const powerDns = { url: powerDnsUrl, key };
	return {
		desec: await startDesec(run, namespace, certificates, powerDns),
		namespace,
		certificates,
		powerDns,
		rootDs,
		exec,
		dig,
		async sendMail({
			from = "someone@sender.test",
			to,
			body = "Hello.",
			subject = "Hello",
			server,
			port = 25,
		}) {
			const { stdout, exitCode } = await exec(
				[
					...["swaks", "--server", server ?? addresses.relay.ipv4, "--port", String(port), "--timeout", "20"],
					...["--helo", "sender.test", "--from", from, "--to", to],
					...["--header", `Subject: ${subject}`, "--body", body],
				],
				{ timeout: 60_000 },
			);
			return { accepted: exitCode === 0, transcript: stdout };
		},
	};
}

/** Waits until the name server answers; throws after 30 s. */
async function answering(dig: Internet["dig"]): Promise<void> {
	const end = Date.now() + 30_000;
	for (;;) {
		const answer = await dig("ns1.desec.test", "A").catch((error: Error) => error);
		if (Array.isArray(answer)) return;
		if (Date.now() > end) throw new Error(`the lab's name server does not answer: ${answer.message}`);
		await sleep(50);
	}
}
