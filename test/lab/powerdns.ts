import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.ts";
import { addresses } from "./network.ts";
import { enterDisk } from "./nspawn.ts";
import { zoneKey } from "./zone-keys.ts";
import { parentOf, userZone, zones } from "./zones.ts";

/** Where the HTTP API listens, inside the internet's namespace. */
export const powerDnsUrl = "http://127.0.0.1:8081";

/** Runs it in the foreground, with its configuration from /etc/powerdns. */
export const powerDnsCommand = ["/usr/sbin/pdns_server", "--daemon=no", "--guardian=no", "--disable-syslog"];

const database = "/var/lib/powerdns/pdns.sqlite3";

/**
 * Prepares a PowerDNS with the lab's zones on a disk that is not running, each signed and with its DS in the zone above.
 * It caches nothing, so that an answer is what the database holds at that moment. Returns the root's DS, which is what
 * those trust who validate: `TAG ALGORITHM DIGEST-TYPE DIGEST`.
 */
export async function preparePowerDns(disk: string, apiKey: string): Promise<string> {
	const settings = {
		launch: "gsqlite3",
		"gsqlite3-database": database,
		"gsqlite3-dnssec": "yes",
		"gsqlite3-pragma-synchronous": "0",
		"local-address": `${addresses.services.ipv4}, ${addresses.services.ipv6}`,
		api: "yes",
		"api-key": apiKey,
		webserver: "yes",
		"webserver-address": "127.0.0.1",
		"webserver-port": "8081",
		"cache-ttl": "0",
		"query-cache-ttl": "0",
		"negquery-cache-ttl": "0",
		"domain-metadata-cache-ttl": "0",
		"dnssec-key-cache-ttl": "0",
		"zone-cache-refresh-interval": "0",
		"socket-dir": "/tmp",
	};
	const text = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
	await writeFile(join(disk, "etc/powerdns/pdns.conf"), text.join(""), { mode: 0o600 });
	await mkdir(join(disk, "var/lib/powerdns"), { recursive: true });
	await mkdir(join(disk, "root/zones"), { recursive: true });
	const keys = new Map(Object.keys(zones).map((zone) => [zone, zoneKey(zone)]));
	const files: string[] = [];
	for (const [index, [zone, content]] of Object.entries(zones).entries()) {
		const below = Object.keys(zones).filter((one) => parentOf(one) === zone);
		const delegated = below.map((child) => `${child}. DS ${keys.get(child)!.ds}\n`);
		await writeFile(join(disk, `root/zones/${index}`), `${content}${delegated.join("")}`);
		files.push(zone, `/root/zones/${index}`);
	}
	const sql = [...keys].map(
		([zone, { text }]) =>
			`INSERT INTO cryptokeys (domain_id, flags, active, published, content) SELECT id, 257, 1, 1, '${text}' FROM domains WHERE name = '${zone}';`,
	);
	await writeFile(join(disk, "root/zones/keys.sql"), sql.join("\n"), { mode: 0o600 });
	const script = [
		"set -e",
		`sqlite3 ${database} </usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql`,
		`pdnsutil load-zone ${files.join(" ")}`,
		`sqlite3 ${database} </root/zones/keys.sql`,
		`pdnsutil set-meta ${userZone} SOA-EDIT-API INCREASE`,
		"pdnsutil rectify-all-zones",
	];
	await run(enterDisk(disk, ["sh", "-c", script.join("\n")]));
	return keys.get(".")!.ds;
}
