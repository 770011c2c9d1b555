import { type Address, type Cidr, endpointText } from "../../shared/address.ts";
import type { RunCommand } from "../../shared/command.ts";
import { HeimwegError } from "../../shared/errors.ts";
import type { OpenPort } from "../../shared/firewall/port.ts";
import { encodeInvitation, type Invitation, readCode } from "../../shared/invitation/code.ts";
import { homeExchange } from "../../shared/invitation/exchange.ts";
import { seedKeys } from "../../shared/invitation/secrets.ts";
import { wordsOf } from "../../shared/invitation/words.ts";
import { publicKeyOf } from "../../shared/protocol/keys.ts";
import { MINUTE } from "../../shared/time.ts";
import { alone } from "./alone.ts";
import { askToJoin } from "./ask.ts";
import { askRelay } from "./ask-relay.ts";
import { isThere, ownKey, usual, writeHome } from "./files.ts";
import { firstPulse } from "./first-pulse.ts";
import { endpointsOf, requireFitting } from "./fitting.ts";
import { daemonRuns, refuseHome, requireGround } from "./ground.ts";
import { type Joining, joinFile } from "./join-file.ts";
import { newKey } from "./key.ts";
import { defaultPaths, type EnrolPaths, filesIn, interfaceName } from "./paths.ts";
import { proveTunnel } from "./prove.ts";
import { resolveRelay } from "./resolve.ts";
import { Refused } from "./troubles.ts";
import { type JoinTunnel, joinTunnel } from "./tunnel.ts";
import { closedWays, wayOut } from "./way-out.ts";

/** What is going on, for a person to read; never a secret. */
export interface EnrolStep {
	step: "begun" | "relay_found" | "waiting" | "relay_heard" | "later" | "accepted" | "written" | "proven";
	text: string;
}

export interface EnrolOptions {
	run: RunCommand;
	/** Told of each step. */
	say?(step: EnrolStep): void;
	/** Ends it: the tunnel is taken away, and what was written stays to go on with. */
	signal?: AbortSignal | undefined;
	/** Milliseconds until the relay must have answered; 3 minutes by default. */
	patience?: number | undefined;
	paths?: Partial<EnrolPaths> | undefined;
	/** What it reaches the world with; another one only for tests. */
	world?: Partial<EnrolWorld>;
}

/** How an enrolment looks at this machine, sets its tunnel up, and speaks through it. */
export interface EnrolWorld {
	ground: typeof requireGround;
	/** The addresses of a host's name. */
	resolve(host: string): Promise<Address[]>;
	tunnel: JoinTunnel;
	ask: typeof askRelay;
	pulse: typeof firstPulse;
}

/** A home that has joined. */
export interface Enrolled {
	/** Its name on the relay, and the domains that come to it. */
	home: string;
	domains: string[];
	relay: { endpoint: string; publicKey: string; addresses: Address[] };
	addresses: Address[];
	networks: Cidr[];
	publicKey: string;
	/** Six words of that key, which the relay shows too. */
	words: string;
	/** Where heimweg.toml lies. */
	config: string;
}

/** How long the relay may take to answer: longer than it takes to make a silent peer anew. */
const defaultPatience = 3 * MINUTE;

/** Whether an enrolment has begun here and goes on without a code. */
export async function underWay(paths: Partial<EnrolPaths> = {}): Promise<boolean> {
	return isThere(filesIn({ ...defaultPaths, ...paths }).join);
}

/** Whether this machine is a home already, with nothing left to do. */
export async function joined(paths: Partial<EnrolPaths> = {}): Promise<boolean> {
	const { config, join } = filesIn({ ...defaultPaths, ...paths });
	return (await isThere(config)) && !(await isThere(join));
}

/**
 * Makes this machine a home of the relay that the code is of; without a code it goes on with what has begun. Whatever
 * breaks off, the same call again ends well, or says why not:
 *
 * 1. join.json, with the code and this home's key, is on disk before the first packet leaves
 * 2. guard, then tunnel with the code's key, then the one question; it may be asked any number of times
 * 3. the answer is on disk before heimweg.toml is; then the real keys take the place of the code's
 * 4. a pulse that counts is answered: join.json goes, and the code is nobody's any more
 *
 * Nothing on this machine is touched before the code, the networks and the machine itself were looked at. Throws a
 * HeimwegError with what to do; files of others are never written over.
 */
export async function enrol(code: string | undefined, options: EnrolOptions): Promise<Enrolled> {
	const paths = { ...defaultPaths, ...options.paths };
	const letGo = await alone(paths.runFolder);
	try {
		return await enrolAlone(code, options, paths);
	} finally {
		await letGo();
	}
}

async function enrolAlone(
	code: string | undefined,
	options: EnrolOptions,
	paths: EnrolPaths,
): Promise<Enrolled> {
	const { run } = options;
	const say = (step: EnrolStep["step"], text: string) => options.say?.({ step, text });
	const signal = options.signal ?? new AbortController().signal;
	const files = filesIn(paths);
	const file = joinFile(files.join);
	const begun = await file.read();
	let joining = await begin(code, begun, paths);
	const { invitation } = joining;
	const isNew = joining !== begun;
	if (isNew && !begun?.accepted) await refuseHome(paths);
	if (await daemonRuns(run)) {
		throw new HeimwegError("the daemon heimweg runs, and has the tunnel", {
			remedy: 'run "systemctl stop heimweg", and "heimweg join" again',
		});
	}
	const { ground = requireGround, resolve = resolveRelay, tunnel = joinTunnel(run) } = options.world ?? {};
	await ground(run, paths, invitation, [begun ?? [], joining].flat());
	if (isNew) await file.write(joining);
	const publicKey = publicKeyOf(joining.privateKey);
	const words = wordsOf(publicKey);
	say("begun", `this home's key is "${words}"`);
	const exchange = homeExchange(
		joining.privateKey,
		publicKey,
		invitation.relayKey,
		seedKeys(invitation.seed),
	);
	const endpoints = await endpointsOf(invitation, resolve);
	say(
		"relay_found",
		`the relay ${invitation.host} is at ${endpoints.map(({ address }) => address).join(" and ")}`,
	);
	const all = {
		...{ ask: askRelay, pulse: firstPulse, ...options.world },
		closedWays: () => closedWays(run, questionsWay(invitation)),
		...{ invitation, publicKey, exchange, tunnel, endpoints, paths, signal, privateKey: joining.privateKey },
		patience: options.patience ?? defaultPatience,
	};
	let { accepted } = joining;
	if (!accepted) {
		try {
			accepted = await askToJoin({ ...all, say });
		} catch (error) {
			// Nobody needs a tunnel whose code may be void.
			await tunnel.remove().catch(() => {});
			// The next code begins anew.
			if (error instanceof Refused) await file.remove();
			throw error;
		}
		joining = { ...joining, accepted };
		await file.write(joining);
	}
	requireFitting(invitation, accepted);
	say("accepted", `the relay knows this home as ${accepted.home}`);
	const kept = await writeHome(paths, { ...joining, accepted }, exchange.presharedKey);
	say("written", `${files.config} is written`);
	if (kept) say("written", `what ${files.config} said before is in ${kept}`);
	await proveTunnel({ ...all, accepted });
	say("proven", "the relay answers through the tunnel, with this home's own key");
	await file.remove();
	const { home, domains, addresses } = accepted;
	return {
		...{ home, domains, addresses, publicKey, words },
		relay: {
			endpoint: endpointText({ address: invitation.host as Address, port: invitation.port }),
			publicKey: invitation.relayKey,
			addresses: invitation.relayAddresses,
		},
		networks: invitation.networks,
		config: files.config,
	};
}

/** What leaves this machine until it has joined. */
function questionsWay({ port, enrolPort }: Invitation): OpenPort[] {
	return [
		{ protocol: "tcp", port: enrolPort, on: interfaceName, out: true },
		...wayOut({
			endpoint: { port },
			pulse_port: usual.pulsePort,
			checkin_port: usual.checkinPort,
			on: interfaceName,
		}),
	];
}

/** What is gone on with, or a new beginning: a code other than the one before is a new one's. */
async function begin(
	code: string | undefined,
	begun: Joining | undefined,
	paths: EnrolPaths,
): Promise<Joining> {
	if (code === undefined) {
		if (begun) return begun;
		throw new HeimwegError("no enrolment is under way here, and no code came", {
			remedy: 'run "heimweg-relay invite HOME DOMAIN" on the relay, "heimweg join" here, and paste the code',
		});
	}
	const invitation = readCode(code);
	if (begun && encodeInvitation(begun.invitation) === encodeInvitation(invitation)) return begun;
	// A key that was made by hand, or for a code that is void now, is this machine's all the same.
	const privateKey = (await ownKey(filesIn(paths).key)) ?? newKey();
	if (publicKeyOf(privateKey) === invitation.relayKey)
		throw new HeimwegError(`${filesIn(paths).key} holds the relay's own key`, {
			remedy: `run "heimweg join" at home, not on the relay; a key that was copied from there must go: move ${filesIn(paths).key} away`,
		});
	return { invitation, privateKey };
}
