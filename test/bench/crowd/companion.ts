import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../../lab/scene.ts";
import type { Ground } from "./ground.ts";
import { goFirst } from "./priority.ts";

/** The companion's process, seen from this machine, so that looking at it keeps nothing busy on the relay. */
export interface Companion {
	/** Seconds of CPU time: its own, with all that it has started, and wireguard-go's, which is 0 while there is none. */
	cpu(): Promise<{ own: number; all: number; wireguard: number }>;
	/** MB that are resident now, and that were at most (proc_pid_status(5)). */
	memory(): Promise<{ resident: number; most: number }>;
}

const wireguardSlice = "system-heimweg\\x2dwireguard\\x2dgo.slice/heimweg-wireguard-go@hw0.service";

/** Waits until it runs, and lets it go first. */
export async function companionOf({ run }: Ground): Promise<Companion> {
	const cgroup = join(run.cgroup.folders[0]!, "relay/payload/system.slice/heimweg-relay.service");
	const wireguard = join(run.cgroup.folders[0]!, "relay/payload/system.slice", wireguardSlice);
	let pid = 0;
	await until("the companion runs", async () => {
		pid = await mainOf(cgroup);
		return pid > 0;
	});
	for (const one of [pid, ...(await processesIn(wireguard))]) goFirst(one);
	return {
		async cpu() {
			const [stat, all, tunnel] = await Promise.all([
				readFile(`/proc/${pid}/stat`, "utf8"),
				cgroupSeconds(cgroup),
				cgroupSeconds(wireguard).catch(() => 0),
			]);
			const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
			// utime and stime, in ticks of which there are 100 a second (proc_pid_stat(5)).
			const own = (Number(fields[11]) + Number(fields[12])) / 100;
			return { own, all, wireguard: tunnel };
		},
		async memory() {
			const text = await readFile(`/proc/${pid}/status`, "utf8");
			const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1]) / 1024;
			return { resident: of("VmRSS"), most: of("VmHWM") };
		},
	};
}

async function cgroupSeconds(cgroup: string): Promise<number> {
	const text = await readFile(join(cgroup, "cpu.stat"), "utf8");
	return Number(/^usage_usec (\d+)$/m.exec(text)?.[1]) / 1e6;
}

/** The program itself, and none of those that it starts; 0 while there is none. */
async function mainOf(cgroup: string): Promise<number> {
	for (const pid of await processesIn(cgroup)) {
		const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
		if (/heimweg-relay(\.js)?\0run\0/.test(line)) return pid;
	}
	return 0;
}

async function processesIn(cgroup: string): Promise<number[]> {
	const text = await readFile(join(cgroup, "cgroup.procs"), "utf8").catch(() => "");
	return text.split("\n").filter(Boolean).map(Number);
}
