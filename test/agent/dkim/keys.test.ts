import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { collectKeys } from "../../../agent/dkim/collect.ts";
import { parseUcl } from "../../../agent/dkim/ucl.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const edwards = generateKeyPairSync("ed25519");
const pem = (key: typeof rsa.privateKey) => key.export({ type: "pkcs8", format: "pem" }).toString();
const config = { opendkim: "/etc/opendkim.conf", rspamd: "/etc/rspamd" };

/** What the files of a machine lead to; a file that is not named is not there. */
function collect(files: Record<string, string>, domains = ["example.org"]) {
	return collectKeys(config, domains, async (path) => {
		const text = files[path];
		if (text !== undefined) return text;
		throw Object.assign(new Error(`ENOENT: no such file, open '${path}'`), { code: "ENOENT" });
	});
}

const keys = { "/keys/a": pem(rsa.privateKey), "/keys/b": pem(edwards.privateKey) };

test("OpenDKIM's KeyTable says which keys sign for which domain, and only their public halves are told", async () => {
	const { keys: found, failing } = await collect({
		...keys,
		"/etc/opendkim.conf": "# a comment\nSyslog yes\nKeyTable refile:/etc/opendkim/key.table\n",
		"/etc/opendkim/key.table": "one example.org:home:/keys/a # main\ntwo %:ed:/keys/b\n",
	});
	expect(failing).toEqual([]);
	expect(found.map(({ domain, selector, type, bits }) => `${selector} ${domain} ${type} ${bits}`)).toEqual([
		"home example.org rsa 2048",
		"ed example.org ed25519 256",
	]);
	expect(found[0]!.publicKey).toBe(rsa.publicKey.export({ type: "spki", format: "der" }).toString("base64"));
	expect(Buffer.from(found[1]!.publicKey, "base64")).toHaveLength(32);
	expect(JSON.stringify(found)).not.toContain("PRIVATE");
});

test("a single key of OpenDKIM is read from Domain, Selector and KeyFile", async () => {
	const text = "Domain example.org, example.com\nSelector home\nKeyFile /keys/a\n";
	const { keys: found } = await collect({ ...keys, "/etc/opendkim.conf": text });
	expect(found.map(({ domain }) => domain)).toEqual(["example.org", "example.com"]);
});

test("Rspamd's keys are read where its settings say, and where it looks by default", async () => {
	const settings = `
		# local settings
		path = "/keys/$selector";
		domain {
			example.org { selectors [ { path: "/keys/a"; selector: "home" }, { path = "/keys/b", selector = "ed" } ] }
			example.com { selector = "a"; }
		}`;
	const { keys: found, failing } = await collect({
		...keys,
		"/etc/rspamd/local.d/dkim_signing.conf": settings,
	});
	expect(failing).toEqual([]);
	expect(found.map(({ domain, selector, source }) => `${selector} ${domain} ${source}`)).toEqual([
		"home example.org /keys/a",
		"ed example.org /keys/b",
		"a example.com /keys/a",
	]);
	const usual = "/var/lib/rspamd/dkim/example.org.dkim.key";
	expect((await collect({ [usual]: keys["/keys/a"] })).keys).toMatchObject([
		{ selector: "dkim", source: usual },
	]);
});

test("a key that is missing or none is told by its file, and keeps no other from being known", async () => {
	const { keys: found, failing } = await collect({
		...keys,
		"/keys/c": "-----BEGIN PRIVATE KEY-----\nnobody-may-see\n-----END PRIVATE KEY-----\n",
		"/etc/opendkim.conf": "KeyTable /table\n",
		"/table":
			"a example.org:a:/keys/a\nb example.org:b:/keys/gone\nc example.org:c:/keys/c\nd example.org:../x:/keys/a\n",
	});
	expect(found.map(({ selector }) => selector)).toEqual(["a"]);
	expect(failing.map(({ source }) => source)).toEqual(["/keys/gone", "/keys/c"]);
	expect(JSON.stringify(failing)).not.toContain("nobody-may-see");
});

/** The two forms in which `rspamadm dkim_keygen` writes a key of Ed25519: the seed, and with it the public half. */
const seed = Buffer.from(edwards.privateKey.export({ format: "jwk" }).d!, "base64url");
const bare = Buffer.from(edwards.publicKey.export({ format: "jwk" }).x!, "base64url");
const rspamdPair = Buffer.concat([seed, bare]).toString("base64");

test("a key of Ed25519 as Rspamd makes it, without PEM, is read in both of its forms", async () => {
	const settings =
		'path = "/keys/$selector"; domain { example.org { selectors [ { selector: pair }, { selector: seed } ] } }';
	const { keys: found, failing } = await collect({
		...{ "/etc/rspamd/local.d/dkim_signing.conf": settings },
		...{ "/keys/pair": `${rspamdPair}\n`, "/keys/seed": seed.toString("base64") },
	});
	expect(failing).toEqual([]);
	expect(found.map(({ selector, type, publicKey }) => [selector, type, publicKey])).toEqual([
		["pair", "ed25519", bare.toString("base64")],
		["seed", "ed25519", bare.toString("base64")],
	]);
	expect(JSON.stringify(found)).not.toContain(seed.toString("base64").slice(0, 20));
});

test("a bare key whose two halves do not belong together is told, and not shown", async () => {
	const wrong = Buffer.concat([seed, Buffer.alloc(32, 1)]).toString("base64");
	const { keys: found, failing } = await collect({
		...{
			"/etc/opendkim.conf": "KeyTable /table\n",
			"/table": "a example.org:a:/keys/w\nb example.org:b:/keys/v\n",
		},
		...{ "/keys/w": wrong, "/keys/v": Buffer.alloc(20, 7).toString("base64") },
	});
	expect(found).toEqual([]);
	expect(failing).toMatchObject([
		{ source: "/keys/w", error: expect.stringContaining("do not belong together") },
		{ source: "/keys/v", error: expect.stringContaining("no private key in PEM") },
	]);
	expect(JSON.stringify(failing)).not.toContain(wrong.slice(0, 20));
});

test("two keys that sign with one selector are both known, and one in two files is one", async () => {
	const { keys: found } = await collect({
		...{ ...keys, "/keys/c": pem(rsa.privateKey) },
		"/etc/opendkim.conf": "KeyTable /table\n",
		"/table": "a example.org:s:/keys/a\nb example.org:s:/keys/b\nc example.org:s:/keys/c\n",
	});
	expect(found.map(({ selector, type }) => `${selector} ${type}`)).toEqual(["s rsa", "s ed25519"]);
});

test("a machine without a signer has no keys, and nothing is wrong", async () => {
	expect(await collect({})).toEqual({ version: 1, keys: [], failing: [] });
});

test("a KeyTable in a database is told, since only a file can be read", async () => {
	const { failing } = await collect({ "/etc/opendkim.conf": "KeyTable dsn:mysql://user@host/db\n" });
	expect(failing).toMatchObject([
		{ source: "/etc/opendkim.conf", error: expect.stringContaining("only a file") },
	]);
});

test.each(["{{{{", "a = [", 'x "', "}}}} a = 1", "a { b { c", "= = =", "__proto__ { a = 1 }", "\u0000"])(
	"damaged settings of Rspamd are read without end or harm: %j",
	(text) => {
		expect(parseUcl(text)).toBeTypeOf("object");
		expect(({} as Record<string, unknown>).a).toBeUndefined();
	},
);
