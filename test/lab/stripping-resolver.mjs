// A resolver as some routers are: it forwards questions to the name server of its first argument, by UDP, and nobody who
// asks it gets a signature, since it takes EDNS (RFC 6891), and with it the wish for DNSSEC, out of every question.
import { createSocket } from "node:dgram";

const [, , upstream = ""] = process.argv;
const headerBytes = 12;
const server = createSocket("udp4");

server.on("message", (query, from) => {
	let end = headerBytes;
	while (query[end] > 0) end += 1 + query[end];
	const plain = Buffer.from(query.subarray(0, end + 5));
	// Neither AD nor CD, and no additional record.
	plain[3] &= ~0x30;
	plain.writeUInt16BE(0, 10);
	const asking = createSocket("udp4");
	const close = setTimeout(() => asking.close(), 3_000);
	asking.on("error", () => {});
	asking.once("message", (answer) => {
		server.send(answer, from.port, from.address);
		clearTimeout(close);
		asking.close();
	});
	asking.send(plain, 53, upstream);
});
server.bind(53, "127.0.0.1");
