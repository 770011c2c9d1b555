import { readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { parse, TomlError } from "smol-toml";
import { z } from "zod";
import { parseAddress, parseCidr } from "./address.ts";
import { ConfigError, codeOf, messageOf } from "./errors.ts";

/** An IP address in a config file. */
export const addressSchema = z
	.string()
	.transform((text, context) => attempt(() => parseAddress(text), context));

/** A network in a config file. */
export const cidrSchema = z.string().transform((text, context) => attempt(() => parseCidr(text), context));

/** A WireGuard public key: 32 bytes in base64. */
export const publicKeySchema = z
	.string()
	.regex(
		/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/,
		'expected a WireGuard public key of 44 characters, as "wg pubkey" prints it',
	);

/** A TCP or UDP port. */
export const portSchema = z.int().min(1).max(65_535);

/** The name of a network interface (at most 15 characters, see ip-link(8)). */
export const interfaceSchema = z
	.string()
	.regex(
		/^[a-z][a-z0-9_-]{0,14}$/,
		"expected an interface name of at most 15 small letters, digits, - and _",
	);

/** A host name, without a final dot, in its ASCII form (RFC 1123, RFC 5890). */
export const hostnameSchema = z
	.string()
	.max(253)
	.regex(
		/^(?=.*[a-z])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
		"expected a host name in small letters, umlauts in their xn-- form",
	);

/** An absolute path. */
export const pathSchema = z.string().startsWith("/", "expected an absolute path");

/** A path, or `credential:NAME` for what systemd's LoadCredential= put in place. */
export const secretPathSchema = z
	.string()
	.regex(/^(\/|credential:[A-Za-z0-9._-]+$)/, 'expected an absolute path or "credential:NAME"');

/** `ADDRESS:PORT` to listen on, IPv6 in brackets. */
export const listenSchema = z
	.string()
	.regex(/^(\[[0-9a-f:]+\]|[0-9.]+):\d{1,5}$/, 'expected ADDRESS:PORT, like "127.0.0.1:8650"')
	.transform((text, context) =>
		attempt(() => {
			const at = text.lastIndexOf(":");
			return {
				host: parseAddress(text.slice(0, at).replace(/^\[|\]$/g, "")),
				port: Number(text.slice(at + 1)),
			};
		}, context),
	);

/** A span of time such as `500ms`, `1s`, `5min`, `2h`; in milliseconds inside. */
export const spanSchema = z.string().transform((text, context) => {
	const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|min|h|d)$/.exec(text) ?? [];
	if (number && unit) return Number(number) * { ms: 1, s: 1e3, min: 6e4, h: 36e5, d: 864e5 }[unit]!;
	context.addIssue({ code: "custom", message: `expected a span such as "1s" or "5min", got "${text}"` });
	return z.NEVER;
});

function attempt<T>(read: () => T, context: z.RefinementCtx): T {
	try {
		return read();
	} catch (error) {
		context.addIssue({ code: "custom", message: messageOf(error) });
		return z.NEVER;
	}
}

/** Reads a TOML file into what the schema says; throws a ConfigError that lists every problem. */
export async function loadConfig<T>(path: string, schema: z.ZodType<T>): Promise<T> {
	let text: string;
	try {
		text = await readFile(path, "utf8");
	} catch (error) {
		const reason = codeOf(error) === "ENOENT" ? "there is no such file" : messageOf(error);
		throw new ConfigError([`${path}: cannot be read: ${reason}`]);
	}
	return parseConfig(basename(path), text, schema);
}

/** The same for a text; `name` is how problems name the file. */
export function parseConfig<T>(name: string, text: string, schema: z.ZodType<T>): T {
	let raw: unknown;
	try {
		raw = parse(text);
	} catch (error) {
		if (!(error instanceof TomlError)) throw error;
		const what = error.message.split("\n")[0]?.replace(/^Invalid TOML document: /, "");
		throw new ConfigError([`${name}: line ${error.line}, column ${error.column}: not valid TOML: ${what}`]);
	}
	const result = schema.safeParse(raw, { reportInput: true });
	if (result.success) return result.data;
	throw new ConfigError(result.error.issues.flatMap((issue) => problemsOf(name, issue)));
}

function problemsOf(name: string, issue: z.core.$ZodIssue): string[] {
	if (issue.code === "unrecognized_keys") {
		return issue.keys.map(
			(key) =>
				`${name}: ${[...issue.path, key].join(".")}: this key is not known; remove it or correct its spelling`,
		);
	}
	const where = issue.path.length > 0 ? `${issue.path.join(".")}: ` : "";
	if (issue.code === "invalid_type" && issue.input === undefined) {
		return [`${name}: ${where}this key is missing; expected ${issue.expected}`];
	}
	const message = issue.message.replace(/^Invalid input: /, "").replace(/^Too (big|small): /, "");
	const got = /\bgot\b|received|"/.test(message) ? "" : `, got ${shown(issue.input)}`;
	return [`${name}: ${where}${message}${got}`];
}

function shown(input: unknown): string {
	const text = JSON.stringify(input) ?? "nothing";
	return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

/** Where a configured secret lies: the path itself, or systemd's credential. */
export function secretPath(configured: string, environment: NodeJS.ProcessEnv = process.env): string {
	const name = /^credential:(.+)$/.exec(configured)?.[1];
	if (!name) return configured;
	const folder = environment.CREDENTIALS_DIRECTORY;
	if (folder) return join(folder, name);
	throw new ConfigError([
		`${configured}: systemd passed no credentials; add "LoadCredential=${name}:/path/to/file" to the unit, or name a file instead`,
	]);
}

/**
 * Reads a secret: one line, from a file that others cannot read. Throws a ConfigError whose text begins with
 * `key`, the config key that names it; the secret's own text is never part of an error.
 */
export async function readSecret(key: string, configured: string): Promise<string> {
	const path = secretPath(configured);
	let text: string;
	try {
		const { mode } = await stat(path);
		if (mode & 0o007) {
			const bits = (mode & 0o777).toString(8).padStart(4, "0");
			throw new ConfigError([
				`${key}: ${path} can be read by everybody (mode ${bits}): run "chmod o= ${path}"`,
			]);
		}
		text = await readFile(path, "utf8");
	} catch (error) {
		if (error instanceof ConfigError) throw error;
		const code = codeOf(error);
		if (code === "EACCES") {
			throw new ConfigError([
				`${key}: cannot read ${path} (permission denied): run "chown root:heimweg ${path}" and "chmod 0640 ${path}"`,
			]);
		}
		throw new ConfigError([
			`${key}: cannot read ${path} (${code === "ENOENT" ? "there is no such file" : messageOf(error)})`,
		]);
	}
	const secret = text.trim();
	if (!secret) throw new ConfigError([`${key}: ${path} is empty`]);
	if (/\s/.test(secret))
		throw new ConfigError([`${key}: ${path} must hold one line, and holds several words`]);
	return secret;
}
