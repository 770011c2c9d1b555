import type { Change, Publish, ZoneKey } from "./zone.ts";

export interface Pdns {
	/** Replaces RRsets in the zone; in force at the server when it resolves. */
	publish: Publish;
	/**
	 * Makes the zone, DNSSEC-signed, unless it is there; then its RRsets are what the stand-in goes on with.
	 * Resolves to them.
	 */
	adopt(zone: string, rrsets: readonly Change[], nameservers: readonly string[]): Promise<Change[]>;
	keys(zone: string): Promise<ZoneKey[]>;
}

interface PdnsRRset {
	name: string;
	type: string;
	ttl: number;
	records: { content: string; disabled: boolean }[];
}

/** PowerDNS through its HTTP interface (https://doc.powerdns.com/authoritative/http-api/). */
export function createPdns({ url, key }: { url: string; key: string }): Pdns {
	const root = `${url.replace(/\/$/, "")}/api/v1/servers/localhost/zones`;

	async function call(method: string, path: string, body?: unknown): Promise<unknown> {
		const response = await fetch(root + path, {
			method,
			headers: { "x-api-key": key, "content-type": "application/json" },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
			signal: AbortSignal.timeout(10_000),
		});
		const text = await response.text();
		if (!response.ok)
			throw new Error(`PowerDNS: ${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
		return text ? JSON.parse(text) : undefined;
	}

	const toPdns = (zone: string, { subname, type, ttl, records }: Change) => ({
		name: subname === "" ? `${zone}.` : `${subname}.${zone}.`,
		type,
		ttl,
		changetype: "REPLACE",
		records: records.map((content) => ({ content, disabled: false })),
	});

	const fromPdns = (zone: string, { name, type, ttl, records }: PdnsRRset): Change => ({
		subname: name === `${zone}.` ? "" : name.slice(0, -zone.length - 2),
		type,
		ttl,
		records: records.map((record) => record.content),
	});

	return {
		async publish(zone, changes) {
			await call("PATCH", `/${zone.name}.`, {
				rrsets: changes.map((change) => toPdns(zone.name, change)),
			});
		},
		async adopt(zone, rrsets, nameservers) {
			const zones = (await call("GET", `?zone=${encodeURIComponent(`${zone}.`)}`)) as unknown[];
			if (zones.length === 0) {
				const soa = `${nameservers[0]} get.desec.io. 1 86400 3600 2419200 3600`;
				const apex = { subname: "", type: "SOA", ttl: 300, records: [soa] };
				await call("POST", "", {
					name: `${zone}.`,
					kind: "Native",
					dnssec: true,
					soa_edit_api: "INCREASE",
					nameservers: [],
					rrsets: [apex, ...rrsets].map((rrset) => toPdns(zone, rrset)),
				});
			}
			const { rrsets: present } = (await call("GET", `/${zone}.`)) as { rrsets: PdnsRRset[] };
			return present.filter((rrset) => rrset.type !== "SOA").map((rrset) => fromPdns(zone, rrset));
		},
		async keys(zone) {
			const keys = (await call("GET", `/${zone}./cryptokeys`)) as (Omit<ZoneKey, "managed"> & {
				published: boolean;
			})[];
			return keys
				.filter((key) => key.published)
				.map(({ dnskey, ds = [], flags, keytype }) => ({ dnskey, ds, flags, keytype, managed: true }));
		},
	};
}
