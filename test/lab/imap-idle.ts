import type { Internet } from "./internet.ts";
import type { Account } from "./mail-clients.ts";
import { password } from "./mail-home.ts";
import { until } from "./scene.ts";

/** A device that keeps a connection open and waits for mail (IMAP IDLE, RFC 2177). */
export interface Device {
	/** Messages in the INBOX, as the server has told of them. */
	exists(): number;
	/** False once the connection has ended, whoever ended it. */
	isOpen(): boolean;
	/** Waits until the server tells of this many messages; returns the milliseconds. */
	hears(count: number, timeout?: number): Promise<number>;
	close(): void;
}

/** Logs in by TLS at the account's server, whose address is given in `at`, and idles. openssl-s_client(1) is the transport. */
export async function openDevice(internet: Internet, account: Account & { at: string }): Promise<Device> {
	const { server, login, at, from } = account;
	const child = internet.namespace.spawn(
		[
			...["openssl", "s_client", "-quiet", "-connect", `${at}:993`, "-servername", server],
			...(from ? ["-bind", `${from}:0`] : []),
			...["-verify_return_error", "-verify_hostname", server, "-CAfile", internet.certificates.authority],
		],
		{ stdio: ["pipe", "pipe", "ignore"] },
	);
	let said = "";
	let open = true;
	child.on("exit", () => {
		open = false;
	});
	child.stdin!.on("error", () => {});
	child.stdout!.setEncoding("utf8").on("data", (text: string) => {
		said += text;
	});
	const say = async (command: string, answer: RegExp) => {
		const from = said.length;
		child.stdin!.write(`${command}\r\n`);
		await until(`the server answers "${command.split(" ")[1]}"`, async () => answer.test(said.slice(from)));
	};
	const exists = () => Number([...said.matchAll(/^\* (\d+) EXISTS\r?$/gm)].at(-1)?.[1] ?? 0);
	await until("the server greets", async () => said.includes("* OK"));
	await say(`a LOGIN ${login} "${account.password ?? password}"`, /^a OK/m);
	await say("b SELECT INBOX", /^b OK/m);
	await say("c IDLE", /^\+ /m);
	return {
		exists,
		isOpen: () => open,
		hears: (count, timeout) =>
			until(
				`the device hears of ${count} messages`,
				async () => {
					if (!open) throw new Error("its connection has ended");
					return exists() >= count;
				},
				timeout,
			),
		close: () => child.kill(),
	};
}
