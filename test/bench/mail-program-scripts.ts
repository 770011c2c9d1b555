import { password } from "../lab/mail-programs.ts";

/** Scripts of Node's that are mail programs and their like, in a namespace of the lab. */

const open = (host: string, name: string, port = 993) =>
	`require("node:tls").connect({ host: "${host}", port: ${port}, servername: "${name}", rejectUnauthorized: false, session: undefined })`;

/** Logs in and asks NOOP for ever; prints the moment of each answer (CLOCK_MONOTONIC, nanoseconds), and `closed`. */
export const noops = (host: string, name: string, port = 993) => `
	const begin = () => {
		let line = "";
		const socket = ${open(host, name, port)}.setEncoding("utf8");
		socket.on("data", (text) => {
			const lines = (line + text).split("\\r\\n");
			// An answer may come in parts.
			line = lines.pop();
			for (const one of lines) {
				if (one.startsWith("* OK")) socket.write('a login anna "${password}"\\r\\n');
				if (one.startsWith("z OK")) console.log(String(process.hrtime.bigint()));
				if (/^[az] OK/.test(one)) setTimeout(() => socket.write("z noop\\r\\n"), 20);
			}
		});
		socket.on("error", () => {}).on("close", () => { console.log("closed"); setTimeout(begin, 500); });
	};
	begin();`;

/** Logs in and waits for mail (IDLE, RFC 2177); prints the moment of each word of one, and `closed`. */
export const idles = (host: string, name: string) => `
	const socket = ${open(host, name)}.setEncoding("utf8");
	let line = "";
	const next = { "* OK": 'a login anna "${password}"', "a OK": "b select inbox", "b OK": "c idle" };
	socket.on("data", (text) => {
		const lines = (line + text).split("\\r\\n");
		line = lines.pop();
		for (const one of lines) {
			const say = one.startsWith("* OK [CAP") || !one.startsWith("* OK") ? next[one.slice(0, 4)] : undefined;
			if (say) socket.write(say + "\\r\\n");
			if (one.startsWith("+ ") || / EXISTS$/.test(one)) console.log(String(process.hrtime.bigint()));
		}
	});
	socket.on("error", () => {}).on("close", () => console.log("closed"));`;

/** Milliseconds to the first byte of IMAP at each host in turn; prints a list of times for each host. */
export const greetings = (hosts: readonly string[], name: string, times: number) => `
	const look = (host) => new Promise((done) => {
		const begun = performance.now();
		const socket = require("node:tls").connect({ host, port: 993, servername: "${name}", rejectUnauthorized: false });
		socket.once("data", () => { done(performance.now() - begun); socket.destroy(); }).on("error", () => {});
	});
	(async () => {
		const hosts = ${JSON.stringify(hosts)};
		const found = hosts.map(() => []);
		for (let time = 0; time < ${times}; time++)
			for (const [at, host] of hosts.entries()) found[at].push(await look(host));
		console.log(JSON.stringify(found));
		process.exit();
	})();`;

/** A shell script that puts a large mail into anna's mailbox, alone. */
export const largeMail = (bytes: number) => `
	rm -rf /home/anna/Maildir
	mkdir -p /home/anna/Maildir/new /home/anna/Maildir/cur /home/anna/Maildir/tmp
	(printf 'Subject: large\\n\\n'; head -c ${bytes} /dev/urandom | base64 | head -c ${bytes}) >/home/anna/Maildir/new/1.large
	chown -R anna: /home/anna/Maildir`;

/** Milliseconds that the large mail takes, from the command to its end. */
export const download = (host: string, name: string, bytes: number) => `
	const socket = ${open(host, name)};
	let got = 0, begun = 0, text = "";
	setTimeout(() => { console.error("after 100 s " + got + " bytes: " + text.slice(0, 2000)); process.exit(1); }, 100000);
	socket.on("data", (data) => {
		if (begun > 0) {
			got += data.length;
			if (got >= ${bytes}) { console.log(performance.now() - begun); process.exit(); }
			return;
		}
		const before = text;
		text += data.toString("latin1");
		const came = (word) => text.includes(word) && !before.includes(word);
		if (came("* OK")) socket.write('a login anna "${password}"\\r\\n');
		if (came("a OK")) socket.write("b select inbox\\r\\n");
		if (came("b OK")) { begun = performance.now(); socket.write("c fetch 1 body.peek[]\\r\\n"); }
	});`;

/** Sends so many bytes to whoever connects to port 7001. */
export const source = (bytes: number) => `
	const bytes = Buffer.alloc(${bytes}, 0x61);
	require("node:net").createServer((socket) => socket.on("error", () => {}).once("data", () => socket.end(bytes))).listen(7001, "::");`;

/** Milliseconds until all of them are here. */
export const drain = (host: string, bytes: number) => `
	let got = 0, begun = 0;
	const socket = require("node:net").connect(7001, "${host}", () => { begun = performance.now(); socket.write("x"); });
	socket.on("data", (data) => { got += data.length; if (got >= ${bytes}) { console.log(performance.now() - begun); process.exit(); } });`;

/** Takes connections on the PROXY port of 995, and says nothing. */
export const silentServer = () =>
	`require("node:net").createServer((socket) => socket.on("error", () => {}).resume()).listen({ port: 10995, host: "::", backlog: 4096 });`;

/** The bytes of a TLS greeting for the name, as `hello`. */
const greeting = (name: string) => `
	const { Duplex } = require("node:stream");
	const { connect } = require("node:net");
	const greeting = new Promise((done) => {
		const pipe = new Duplex({ read() {}, write(chunk, _, next) { done(chunk); next(); } });
		require("node:tls").connect({ socket: pipe, servername: "${name}", rejectUnauthorized: false }).on("error", () => {});
	});`;

/** Opens so many connections that say their greeting and nothing more; prints how many are open. */
export const idleClients = (
	host: string,
	name: string,
	count: number,
	{ port = 995, from }: { port?: number; from?: string } = {},
) => `${greeting(name)}
	const place = ${JSON.stringify({ host, port, ...(from ? { localAddress: from } : {}) })};
	(async () => {
		const hello = await greeting;
		let open = 0;
		for (let at = 0; at < ${count}; at++) {
			await new Promise((done) => {
				const socket = connect(place, () => { open++; socket.write(hello); done(); });
				socket.on("error", done).on("close", () => open--).resume();
			});
		}
		setInterval(() => console.log(open), 1000);
	})();`;

/**
 * Tries each 10 ms until a TLS server answers a greeting for the name (RFC 8446: a record of type 22, where an alert has 21); prints
 * the moment (CLOCK_MONOTONIC, nanoseconds) as a text. No handshake is made, which would keep this machine busy.
 */
export const untilServed = (host: string, name: string) => `${greeting(name)}
	greeting.then((hello) => setInterval(() => {
		const socket = connect(993, "${host}", () => socket.write(hello));
		socket.on("error", () => {}).once("data", (data) => {
			if (data[0] !== 22) return socket.destroy();
			console.log(JSON.stringify(String(process.hrtime.bigint())));
			process.exit();
		});
	}, 10));`;
