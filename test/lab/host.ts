import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { attempt, type CommandOptions, type Outcome, run } from "./command.ts";
import { createDisk } from "./disk.ts";
import { copyTree, readText, writeText } from "./files.ts";
import type { Namespace } from "./namespace.ts";
import { addressesUsable, type Card, forget, plugIn, pullOut } from "./network.ts";
import { type Container, enter, enterDisk, leaderOf, startContainer, waitForLeader } from "./nspawn.ts";
import type { Run } from "./run.ts";

export interface HostOptions {
	card: Card;
	hostname: string;
	/** Units of the image to start at boot; it starts none of its services by itself. */
	enable: readonly string[];
}

export interface Boot {
	/** What `systemctl is-system-running` says: `running`, or `degraded` with the units that failed. */
	state: string;
	failed: string[];
	seconds: number;
}

/** A machine that really boots: systemd, its journal, its services, on a disk and a network card of its own. */
export class Host {
	readonly role: string;
	readonly hostname: string;
	readonly disk: string;
	#lab: Run;
	#card: Card;
	#namespace: Namespace | undefined;
	#container: Container | undefined;

	constructor(lab: Run, card: Card, hostname: string, disk: string) {
		this.#lab = lab;
		this.#card = card;
		this.role = card.role;
		this.hostname = hostname;
		this.disk = disk;
	}

	/** Its network, from outside; made anew at each boot. Throws while the host is off. */
	get namespace(): Namespace {
		if (!this.#namespace) throw new Error(`${this.role} is off`);
		return this.#namespace;
	}

	get isOn(): boolean {
		return this.#container !== undefined;
	}

	/**
	 * Plugs it in, switches it on and waits until systemd has started what it should and its addresses may be used;
	 * throws after 60 s.
	 */
	async boot(): Promise<Boot> {
		if (this.isOn) throw new Error(`${this.role} is on already`);
		const begin = Date.now();
		this.#namespace = await plugIn(this.#lab, this.#card);
		const { role, hostname, disk } = this;
		const namespace = this.#namespace.name;
		this.#container = await startContainer(this.#lab, { role, hostname, disk, namespace });
		await waitForLeader(this.#container);
		const state = await this.#started(begin + 60_000);
		await addressesUsable(this.#namespace);
		return { state, failed: await this.failedUnits(), seconds: (Date.now() - begin) / 1000 };
	}

	async #started(end: number): Promise<string> {
		for (;;) {
			// Until its bus is there the answer is an error; after that it is the state, in the word we wait for.
			const { stdout } = await this.exec(["systemctl", "is-system-running"]);
			if (stdout === "running" || stdout === "degraded") return stdout;
			if (!this.#container || this.#container.process.exitCode !== null || Date.now() > end) {
				const log = await readFile(this.#container?.console ?? "/dev/null", "utf8");
				throw new Error(`${this.role} did not boot: "${stdout}" ${log}`);
			}
			await sleep(50);
		}
	}

	async failedUnits(): Promise<string[]> {
		const { stdout } = await this.exec(["systemctl", "list-units", "--failed", "--plain", "--no-legend"]);
		return stdout.split("\n").flatMap((line) => line.split(" ")[0] || []);
	}

	/** Shuts it down in order, as `systemctl poweroff` does; its services say goodbye over the network. */
	async shutdown(): Promise<void> {
		const container = this.#running();
		await this.exec(["systemctl", "poweroff", "--no-block"]);
		const inTime = await Promise.race([
			container.ended.then(() => true),
			sleep(60_000, false, { ref: false }),
		]);
		if (!inTime) throw new Error(`${this.role} did not shut down in 60 s`);
		await pullOut(this.#card);
		await this.#off();
	}

	/**
	 * Takes its power away: no process gets to end in order, nothing more leaves the network card. What was written to
	 * disk stays, what was in memory, /run and the kernel's network (interfaces, nftables, connections) is gone.
	 */
	async powerCut(): Promise<void> {
		const container = this.#running();
		await pullOut(this.#card);
		const leader = await leaderOf(container);
		if (leader) process.kill(leader, "SIGKILL");
		await container.ended;
		await this.#off();
	}

	async #off(): Promise<void> {
		this.#container = undefined;
		if (this.#namespace) await forget(this.#namespace);
		this.#namespace = undefined;
	}

	/** Shutdown and boot. */
	async reboot(): Promise<Boot> {
		await this.shutdown();
		return this.boot();
	}

	/** The id, on this machine, of the host's process 1. */
	async leader(): Promise<number> {
		return waitForLeader(this.#running());
	}

	#running(): Container {
		if (!this.#container) throw new Error(`${this.role} is off`);
		return this.#container;
	}

	/**
	 * The command line that runs `argv` as the host's root: in the host when it is on, on its disk when it is off.
	 * For those who start a process themselves; it belongs to them.
	 */
	async command(argv: readonly string[]): Promise<string[]> {
		return this.isOn ? enter(await this.leader(), argv) : enterDisk(this.disk, argv);
	}

	/** Runs a command as the host's root and reports how it ended; after the timeout (30 s) it is killed, exit code 137. */
	async exec(argv: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
		const { timeout = 30_000, ...rest } = options;
		const limited = ["timeout", "--signal=KILL", String(timeout / 1000), ...argv];
		return attempt(await this.command(limited), { ...rest, timeout: timeout + 5_000 });
	}

	/** As {@link exec}, but returns what was printed, and throws unless the command exits with 0. */
	async run(argv: readonly string[], options?: CommandOptions): Promise<string> {
		const { stdout, stderr, exitCode } = await this.exec(argv, options);
		if (exitCode !== 0) {
			throw new Error(`${this.role}: ${argv.join(" ")}: exit code ${exitCode}: ${stderr || stdout}`);
		}
		return stdout;
	}

	/** Writes a file, with its folders, at once or not at all; owner root, mode 0644 if not given. */
	write(path: string, text: string, mode = 0o644): Promise<void> {
		return writeText(this, path, text, mode);
	}

	read(path: string): Promise<string> {
		return readText(this, path);
	}

	/** Copies a file or folder of this machine to this path on the host; everything there belongs to root. */
	copyIn(path: string, destination: string): Promise<void> {
		return copyTree(this, path, destination);
	}

	/** The host's journal: arguments as for journalctl(1), all of this boot without any. */
	journal(...args: string[]): Promise<string> {
		return this.run(["journalctl", "--no-pager", ...(args.length > 0 ? args : ["--boot"])]);
	}
}

/** Makes a host, which is off. */
export async function createHost(lab: Run, image: string, options: HostOptions): Promise<Host> {
	const { card, hostname, enable } = options;
	const disk = await createDisk(lab, image, card.role, hostname);
	await run(enterDisk(disk, ["postconf", "-e", `myhostname=${hostname}`]));
	await run(enterDisk(disk, ["systemctl", "--quiet", "enable", ...enable]));
	return new Host(lab, card, hostname, disk);
}
