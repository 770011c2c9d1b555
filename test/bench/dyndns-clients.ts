import type { Lab } from "../lab/lab.ts";
import { until } from "../lab/scene.ts";
import { mainProcess } from "./process.ts";

/** A program that people use today, as it comes and as its manual says. */
export interface DynDnsClient {
	/** Also the name of its unit. */
	name: "ddclient" | "inadyn";
	/** How often it looks, in seconds, by default. */
	every: number;
	/** The name that it keeps. */
	record: string;
}

export const clients: readonly DynDnsClient[] = [
	{ name: "ddclient", every: 300, record: "ddclient.example.org" },
	{ name: "inadyn", every: 120, record: "inadyn.example.org" },
];

/** Configures and starts both on the home, and waits until each has published the line's address. */
export async function startClients(lab: Lab): Promise<void> {
	const { home, internet } = lab;
	const { token } = internet.desec;
	// What each asks for its address is told apart in the stand-in's log by the query.
	await home.write(
		"/etc/ddclient.conf",
		`protocol=dyndns2
use=web, web=https://checkipv4.desec.test/?client=ddclient
ssl=yes
server=update.desec.test
login=ddclient.example.org
password='${token}'
ddclient.example.org
`,
		0o600,
	);
	await home.write(
		"/etc/inadyn.conf",
		`custom desec {
	username = inadyn.example.org
	password = ${token}
	hostname = inadyn.example.org
	checkip-server = checkipv4.desec.test
	checkip-path = "/?client=inadyn"
	ddns-server = update.desec.test
	ddns-path = "/?hostname=%h&myipv4=%i&myipv6=preserve"
}
`,
		0o600,
	);
	await home.run(["chown", "debian-inadyn:", "/etc/inadyn.conf"]);
	await home.run(["sed", "-i", 's/^RUN_DAEMON=.*/RUN_DAEMON="yes"/', "/etc/default/inadyn"]);
	await home.run(["systemctl", "daemon-reload"]);
	for (const { name, record } of clients) {
		await home.run(["systemctl", "start", name]);
		const published = async () => (await internet.dig(record, "A"))[0] === lab.router.address;
		await until(`${name} has published the address`, published, 60_000);
	}
}

/** When the client last asked for its address, in milliseconds since 1970; 0 when it never did. */
export async function lastLook(lab: Lab, client: DynDnsClient): Promise<number> {
	const requests = (await lab.internet.desec.control("GET", "/requests")) as { at: number; url: string }[];
	return Math.max(
		0,
		...requests.filter(({ url }) => url.endsWith(`client=${client.name}`)).map(({ at }) => at),
	);
}

/** The client's own process; inadyn's unit is made of an old start script, which knows only its file. */
export async function clientProcess(lab: Lab, { name }: DynDnsClient): Promise<number> {
	if (name === "ddclient") return mainProcess(lab.home, name);
	return Number(await lab.home.run(["cat", "/run/inadyn/inadyn.pid"]));
}
