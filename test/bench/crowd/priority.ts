import { writeFile } from "node:fs/promises";
import { setPriority } from "node:os";

/** The nice value of what is measured (sched(7)); the lower, the sooner its turn. */
const first = -15;

/**
 * Lets a process go first, so that the crowd is measured and not what else the machine does. For the scheduler each
 * session is a group, and a process's own nice value orders only within it (sched(7), autogroup).
 */
export async function goFirst(pid: number): Promise<void> {
	try {
		setPriority(pid, first);
		await writeFile(`/proc/${pid}/autogroup`, String(first));
	} catch {
		// It has ended, or this kernel does not group by sessions.
	}
}
