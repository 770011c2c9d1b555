/*
The stand-in for deSEC as a process.

	main.ts --listen 192.0.2.53:443 [--listen [2001:db8::53]:443] --tls-cert FILE --tls-key FILE
		--domain example.org[=MINIMUM_TTL] [--nameserver ns1.example.net] [--rrsets FILE] --token-file FILE
		[--control SOCKET] [--pdns-url http://127.0.0.1:8081 --pdns-key-file FILE]

--listen (repeat)    where it serves; HTTP unless a certificate is given. One port serves everything: the Host header
                     tells check-ip (checkip*) and dynDNS (update*) from REST, and so does the path: /api/v1/... is
                     REST, /checkip is check-ip, anything else is a dynDNS update.
--domain (repeat)    a domain of the account, with its minimum TTL (3600).
--nameserver (rep.)  what its NS RRset names; with PowerDNS at least one is needed.
--rrsets             JSON: [{ "domain", "subname", "type", "ttl", "records" }] that are there at the start.
--token-file         either the bare secret of a token that may do everything, or JSON:
                     [{ "secret", "policies"?: [{ "domain", "subname", "type", "write" }] }] (null: any).
--pdns-url           a PowerDNS that every change is pushed to before the request is answered, its key in a file.
                     A zone that is not there is made, DNSSEC-signed; one that is there is taken over as it is.

When it serves it prints one line of JSON to stdout: { "ready": true, "url", "updateUrl", "checkIpUrl" }.
SIGTERM and SIGINT end it. Exit status 1: it could not start; the reason is on stderr.

--control: HTTP with JSON on a unix socket of mode 0600
	GET    /state      faults, domains with keys and RRsets
	GET    /requests   the last requests: { at, took, traffic, method, url, from, status, body, faults }; DELETE forgets
	POST   /faults     one fault or a list (faults.ts), replacing what was; DELETE makes everything work again
	                   e.g. { "kind": "status", "code": 503, "times": 3, "on": "write" }
	POST   /rrsets     somebody else changes an RRset: { domain, subname, type, ttl, records }; records [] deletes it
	POST   /tokens     adds or replaces a token: { secret, policies? }; DELETE { secret } revokes it
	POST   /latency    { ms }: the public name servers follow a change so much later
	DELETE /throttle   forgets past requests in the rate limits
	curl --unix-socket SOCKET -X POST http://desec/faults -d '{ "kind": "silence" }'
*/
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { serveControl } from "./control.ts";
import { createPdns } from "./pdns.ts";
import { type StandInOptions, startStandIn } from "./stand-in.ts";
import type { Change } from "./zone.ts";

const { values } = parseArgs({
	options: {
		listen: { type: "string", multiple: true, default: ["127.0.0.1:0"] },
		"tls-cert": { type: "string" },
		"tls-key": { type: "string" },
		domain: { type: "string", multiple: true, default: [] },
		nameserver: { type: "string", multiple: true, default: [] },
		rrsets: { type: "string" },
		"token-file": { type: "string" },
		control: { type: "string" },
		"pdns-url": { type: "string" },
		"pdns-key-file": { type: "string" },
	},
});

try {
	await main();
} catch (error) {
	console.error(`the stand-in for deSEC cannot start: ${(error as Error).message}`);
	process.exit(1);
}

async function main() {
	const pdns = values["pdns-url"]
		? createPdns({ url: values["pdns-url"], key: await readSecret("pdns-key-file") })
		: undefined;
	const nameservers = values.nameserver.map((name) => `${name.replace(/\.$/, "")}.`);
	const initial = values.rrsets
		? (JSON.parse(await readFile(values.rrsets, "utf8")) as (Change & { domain: string })[])
		: [];
	const domains = [];
	for (const text of values.domain) {
		const [name = "", minimumTtl = "3600"] = text.split("=");
		const ns = { subname: "", type: "NS", ttl: 3600, records: nameservers };
		const own = initial.filter((rrset) => rrset.domain === name).map(({ domain: _, ...rrset }) => rrset);
		const wanted = nameservers.length > 0 ? [ns, ...own] : own;
		const rrsets = pdns ? await pdns.adopt(name, wanted, nameservers) : wanted;
		const keys = pdns ? await pdns.keys(name) : [];
		domains.push({ name, minimumTtl: Number(minimumTtl), rrsets, keys });
	}
	const cert = values["tls-cert"];
	const key = values["tls-key"];
	const standIn = await startStandIn({
		domains,
		tokens: await readTokens(),
		front: true,
		listen: values.listen.map(parseListen),
		...(cert && key ? { tls: { cert: await readFile(cert), key: await readFile(key) } } : {}),
		...(pdns ? { publish: pdns.publish } : {}),
	});
	const control = values.control ? await serveControl(standIn, values.control) : undefined;
	const { url, updateUrl, checkIpUrl } = standIn;
	console.log(JSON.stringify({ ready: true, url, updateUrl, checkIpUrl }));

	const end = async () => {
		await control?.stop();
		await standIn.stop();
		process.exit(0);
	};
	process.once("SIGTERM", end);
	process.once("SIGINT", end);
}

async function readSecret(option: "pdns-key-file" | "token-file"): Promise<string> {
	const path = values[option];
	if (!path) throw new Error(`--${option} is missing`);
	return (await readFile(path, "utf8")).trim();
}

async function readTokens(): Promise<StandInOptions["tokens"]> {
	const text = await readSecret("token-file");
	return text.startsWith("[") ? (JSON.parse(text) as StandInOptions["tokens"]) : [{ secret: text }];
}

function parseListen(text: string) {
	const [, six, four, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text) ?? [];
	if (!port) throw new Error(`--listen ${text}: expected ADDRESS:PORT or [ADDRESS]:PORT`);
	return { host: (six ?? four)!, port: Number(port) };
}
