import { basename, dirname, join } from "node:path";
import { parse, TomlError } from "smol-toml";
import { z } from "zod";
import { parseAddress, parseCidr } from "./address.ts";
import { problemsOf } from "./config-problem.ts";
import { ConfigError, codeOf, messageOf } from "./errors.ts";
import { readRegularFile, UnfitFile } from "./regular-file.ts";

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

/** A URL of the web. */
export const urlSchema = (example: string) =>
	z.url({ protocol: /^https?$/, error: `expected a URL like "${example}"`, abort: true });

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
			const port = portSchema.safeParse(Number(text.slice(at + 1))).data;
			if (!port) throw new RangeError(`expected a port from 1 to 65535, got "${text}"`);
			return { host: parseAddress(text.slice(0, at).replace(/^\[|\]$/g, "")), port };
		}, context),
	);

/** A span of time such as `500ms`, `1s`, `5min`, `2h`, from `least` to `most`; in milliseconds inside. */
export function spanSchema(least: string, most: string) {
	return z.string().transform((text, context) => {
		const span = millisecondsOf(text);
		if (span !== undefined && span >= millisecondsOf(least)! && span <= millisecondsOf(most)!) return span;
		const message = `expected a span of time from "${least}" to "${most}", got ${JSON.stringify(text.slice(0, 60))}`;
		context.addIssue({ code: "custom", message });
		return z.NEVER;
	});
}

function millisecondsOf(text: string): number | undefined {
	const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|min|h|d)$/.exec(text) ?? [];
	return number && unit ? Number(number) * { ms: 1, s: 1e3, min: 6e4, h: 36e5, d: 864e5 }[unit]! : undefined;
}

function attempt<T>(read: () => T, context: z.RefinementCtx): T {
	try {
		return read();
	} catch (error) {
		context.addIssue({ code: "custom", message: messageOf(error) });
		return z.NEVER;
	}
}

/** The largest config file that is read, in bytes. */
const maximumSize = 1024 * 1024;

/** Reads a TOML file into what the schema says; throws a ConfigError that lists every problem. */
export async function loadConfig<T>(path: string, schema: z.ZodType<T>): Promise<T> {
	return (await readConfig(path, schema)).config;
}

/** As {@link loadConfig}, with the text that it was read from. */
export async function readConfig<T>(
	path: string,
	schema: z.ZodType<T>,
): Promise<{ config: T; text: string }> {
	const text = await configText(path);
	return { config: parseConfig(basename(path), text, schema), text };
}

/** The text of a config file; throws a ConfigError when it cannot be read. */
export async function configText(path: string): Promise<string> {
	try {
		return (await readRegularFile(path, { limit: maximumSize })).bytes.toString("utf8");
	} catch (error) {
		if (codeOf(error) === "EACCES") throw unreadableConfig(path);
		if (isMissing(error)) throw new MissingConfig(path);
		throw new ConfigError([`${path}: cannot be read: ${messageOf(error)}`]);
	}
}

/** There is no config file at the path. */
export class MissingConfig extends ConfigError {
	constructor(path: string, what = "") {
		super([`${path}: cannot be read: there is no such file${what && `; ${what}`}`]);
	}
}

function whyUnreadable(error: unknown): string {
	return isMissing(error) ? "there is no such file" : messageOf(error);
}

function isMissing(error: unknown): boolean {
	const code = codeOf(error);
	return code === "ENOENT" || code === "ENOTDIR";
}

/** The error for a config file that may not be read. */
export function unreadableConfig(path: string): ConfigError {
	return new ConfigError([
		`${path}: cannot be read: permission denied: run "chown root:heimweg ${path}" and "chmod 0640 ${path}", and see that the group heimweg may enter ${dirname(path)}; by hand, use sudo`,
	]);
}

/** The error for a secret that may not be read; `key` is the config key that names it. */
export function unreadableSecret(key: string, path: string): ConfigError {
	return new ConfigError([
		`${key}: cannot read ${path} (permission denied): run "chown root:heimweg ${path}" and "chmod 0640 ${path}", and see that the group heimweg may enter ${dirname(path)}; by hand, use sudo`,
	]);
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

/** Where a configured secret lies: the path itself, or systemd's credential. */
export function secretPath(
	configured: string,
	environment: NodeJS.ProcessEnv = process.env,
	key = "",
): string {
	const name = /^credential:(.+)$/.exec(configured)?.[1];
	if (!name) return configured;
	const folder = environment.CREDENTIALS_DIRECTORY;
	if (folder) return join(folder, name);
	throw new ConfigError([
		`${key && `${key}: `}systemd passed no credential ${name}: add "LoadCredential=${name}:/path/to/file" to the unit, or name a file instead`,
	]);
}

/**
 * Reads a secret: one line, from a file that others cannot read. Throws a ConfigError whose text begins with
 * `key`, the config key that names it; the secret's own text is never part of an error.
 */
export async function readSecret(key: string, configured: string): Promise<string> {
	const path = secretPath(configured, process.env, key);
	let text: string;
	try {
		const { bytes, info } = await readRegularFile(path, { limit: maximumSize });
		const { mode } = info;
		if (mode & 0o007) {
			const bits = (mode & 0o777).toString(8).padStart(4, "0");
			throw new ConfigError([
				`${key}: ${path} can be read by everybody (mode ${bits}): run "chmod o= ${path}"`,
			]);
		}
		text = bytes.toString("utf8");
	} catch (error) {
		if (error instanceof ConfigError) throw error;
		if (error instanceof UnfitFile && error.wrong === "kind")
			throw new ConfigError([
				`${key}: ${path} is no file: expected a file that holds the secret in one line`,
			]);
		if (codeOf(error) === "EACCES") throw unreadableSecret(key, path);
		throw new ConfigError([`${key}: cannot read ${path} (${whyUnreadable(error)})`]);
	}
	const secret = text.trim();
	if (!secret) throw new ConfigError([`${key}: ${path} is empty: write the secret into it, in one line`]);
	if (/\s/.test(secret))
		throw new ConfigError([
			`${key}: ${path} holds several words or lines: expected the secret alone, in one line`,
		]);
	return secret;
}
