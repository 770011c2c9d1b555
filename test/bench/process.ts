import type { Host } from "../lab/host.ts";

/** The main process of a unit, by its id on the host. */
export async function mainProcess(host: Host, unit: string): Promise<number> {
	const pid = Number(await host.run(["systemctl", "show", "--property=MainPID", "--value", unit]));
	if (!pid) throw new Error(`${host.role}: ${unit} does not run`);
	return pid;
}

/** Resident memory of a process in MB (proc_pid_status(5): VmRSS; a MB is 1024 kB). */
export async function residentMegabytes(host: Host, pid: number): Promise<number> {
	const status = await host.run(["cat", `/proc/${pid}/status`]);
	return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

/** Seconds of CPU time: of the process itself, and of its whole unit with all that it started (cgroup). */
export interface CpuTime {
	own: number;
	unit: number;
}

export async function cpuTime(host: Host, pid: number, unit: string): Promise<CpuTime> {
	const [stat, cgroup] = await Promise.all([
		host.run(["cat", `/proc/${pid}/stat`]),
		host.run(["cat", `/sys/fs/cgroup/system.slice/${unit}.service/cpu.stat`]),
	]);
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	// utime and stime, in the kernel's ticks, which are 100 a second on every Linux of today (proc_pid_stat(5)).
	const own = (Number(fields[11]) + Number(fields[12])) / 100;
	return { own, unit: Number(/^usage_usec (\d+)$/m.exec(cgroup)?.[1]) / 1e6 };
}
