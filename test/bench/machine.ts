import { cpus, loadavg, release, totalmem } from "node:os";
import { attempt } from "../lab/command.ts";
import type { Host } from "../lab/host.ts";

/** What the figures were measured on and with. */
export async function machine(host: Host | undefined) {
	const printed = async (argv: readonly string[]) =>
		(await attempt(argv).catch(() => undefined))?.stdout.split("\n")[0] || undefined;
	const onHost = async (...argv: string[]) =>
		(await host?.exec(argv).catch(() => undefined))?.stdout.split("\n")[0] || undefined;
	return {
		processor: cpus()[0]?.model.trim(),
		cores: cpus().length,
		memoryMegabytes: Math.round(totalmem() / 2 ** 20),
		kernel: release(),
		load: loadavg().map((load) => Number(load.toFixed(2))),
		versions: {
			commit: await printed(["git", "describe", "--always", "--dirty"]),
			heimweg: await onHost("heimweg-relay", "--version"),
			node: await onHost("node", "--version"),
			systemd: await onHost("systemctl", "--version"),
			postfix: await onHost("postconf", "-h", "mail_version"),
			...Object.fromEntries(
				await Promise.all(
					["wireguard-go", "wireguard-tools", "nftables", "ddclient", "inadyn"].map(async (name) => [
						name,
						// biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own notation
						await onHost("dpkg-query", "-W", "-f", "${Version}", name),
					]),
				),
			),
		},
	};
}
