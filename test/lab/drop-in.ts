import type { Host } from "./host.ts";

/** Runs with a drop-in for the unit, and without it again; `before` comes before the start without it. */
export async function withDropIn(
	host: Host,
	unit: string,
	text: string,
	work: () => Promise<void>,
	before: () => Promise<void> = async () => {},
): Promise<void> {
	const file = `/etc/systemd/system/${unit}.service.d/test.conf`;
	await host.write(file, text);
	try {
		await host.run(["systemctl", "daemon-reload"]);
		await host.run(["systemctl", "restart", unit]);
		await work();
	} finally {
		await before();
		await host.run(["sh", "-c", `rm -f ${file}; systemctl daemon-reload; systemctl restart ${unit}`], {
			timeout: 60_000,
		});
	}
}
