import { readFileSync, writeFileSync } from "node:fs";
import { getPriority, setPriority } from "node:os";

/** The nice value of what is measured (sched(7)); the lower, the sooner its turn. */
const first = -15;

/**
 * Lets a process go first, so that the crowd is measured and not what else the machine does. For the scheduler each
 * session is a group, and a process's own nice value orders only within it (sched(7), autogroup).
 */
export function goFirst(pid: number): void {
	setNice(pid, first);
}

/** The same for this process and all of its session, until the returned function is called, or this process ends. */
export function goFirstMeanwhile(): () => void {
	const before = getPriority();
	const group = Number(/nice (-?\d+)/.exec(read(process.pid))?.[1] ?? 0);
	const undo = () => {
		process.off("exit", undo);
		setNice(process.pid, before, group);
	};
	process.on("exit", undo);
	setNice(process.pid, first);
	return undo;
}

function setNice(pid: number, nice: number, group = nice): void {
	try {
		setPriority(pid, nice);
		writeFileSync(fileOf(pid), String(group));
	} catch {
		// It has ended, or this kernel does not group by sessions.
	}
}

function read(pid: number): string {
	try {
		return readFileSync(fileOf(pid), "utf8");
	} catch {
		return "";
	}
}

const fileOf = (pid: number) => `/proc/${pid}/autogroup`;
