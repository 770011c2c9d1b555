import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { Address, Cidr } from "../../shared/address.ts";
import { inNetwork } from "../../shared/address.ts";
import {
	addressSchema,
	hostnameSchema,
	parseConfig,
	pathSchema,
	portSchema,
	publicKeySchema,
} from "../../shared/config.ts";
import { asciiDomain } from "../../shared/domain-name.ts";
import { ConfigError } from "../../shared/errors.ts";

/** One home as the relay serves it. */
export interface Home {
	/** The file's name without `.toml`. */
	id: string;
	publicKey: string;
	/** Where the optional preshared key lies; an absolute path. */
	presharedKeyFile?: string | undefined;
	/** The invitation by which the key came, when the file names one instead of a key. */
	invitation?: string | undefined;
	/** Single hosts inside the tunnel network; mail goes to the first. */
	addresses: Address[];
	/** Mail domains in small letters and A-labels. */
	domains: string[];
	/** TCP port of the home's SMTP server. */
	mailPort: number;
	/** The envelope senders that the home may send with: those of its domains and the empty one, or any. */
	senders: "own" | "any";
	/** What other parts read in its file, by their keys; each knows its own by its schema. */
	more?: Record<string, unknown> | undefined;
}

/** What the relay's own config says about the tunnel, and a home file has to fit. */
export interface TunnelRules {
	networks: readonly Cidr[];
	relayAddresses: readonly Address[];
	/** The relay's own public key, which no home may have. */
	relayPublicKey?: string;
	/** Keys of a home file that other parts bring; "any" for a look that is not about them. */
	more?: z.ZodRawShape | "any";
}

/** A home whose file names an invitation: its key comes when it joins. */
export type InvitedHome = Omit<Home, "publicKey" | "presharedKeyFile"> & { invitation: string };

/** A home file as it was read: a home, one that is invited, or everything that is wrong with it. */
export type HomeFile = { file: string } & (
	| { home: Home }
	| { invited: InvitedHome }
	| { problems: string[] }
);

const sendersSchema = z.enum(["own", "any"]).default("own");

/** A mail domain in either form (RFC 5890), kept in its ASCII form. */
const mailDomainSchema = z
	.string()
	.transform((text) => asciiDomain(text) ?? text)
	.pipe(hostnameSchema);

const idPattern = /^[a-z0-9-]{1,32}$/;

/** An invitation's id, which is also a file's name. */
export const invitationPattern = /^[a-z0-9]{8,32}$/;

/** The home's id that a file name stands for, or undefined when it is no usable name. */
export function homeIdOf(fileName: string): string | undefined {
	const id = fileName.endsWith(".toml") ? fileName.slice(0, -".toml".length) : "";
	return idPattern.test(id) ? id : undefined;
}

/** Reads the text of one home file; what is wrong comes back as sentences that name file and key, never as a throw. */
export type ParseHome = (fileName: string, text: string) => HomeFile;

/** A reader of home files for this tunnel. */
export function homeParser(rules: TunnelRules): ParseHome {
	const schema = homeFileSchema(rules);
	return (fileName, text) => {
		const id = homeIdOf(fileName);
		if (id === undefined) return { file: fileName, problems: [nameProblem(fileName)] };
		try {
			const raw = parseConfig(fileName, text, schema);
			const rest = {
				id,
				addresses: raw.addresses,
				domains: raw.domains,
				mailPort: raw.mail_port,
				senders: raw.senders,
				...moreOf(raw, rules),
			};
			const { public_key: publicKey, invitation } = raw;
			if (publicKey === undefined) return { file: fileName, invited: { ...rest, invitation: invitation! } };
			const preshared = raw.preshared_key_file ? { presharedKeyFile: raw.preshared_key_file } : {};
			return { file: fileName, home: { ...rest, publicKey, ...preshared } };
		} catch (error) {
			if (error instanceof ConfigError) return { file: fileName, problems: error.problems };
			throw error;
		}
	};
}

/** True when serving one is serving the other. */
export function sameHome(a: Home | undefined, b: Home | undefined): boolean {
	return a === b || isDeepStrictEqual(a, b);
}

/** A home as it stands in the relay's own state file. */
export const storedHomeSchema: z.ZodType<Home, unknown> = z.object({
	id: z.string().regex(idPattern),
	publicKey: publicKeySchema,
	presharedKeyFile: pathSchema.optional(),
	invitation: z.string().regex(invitationPattern).optional(),
	addresses: z.array(addressSchema).min(1),
	domains: z.array(hostnameSchema),
	mailPort: portSchema,
	// What an earlier version stored has none.
	senders: sendersSchema,
	more: z.record(z.string(), z.unknown()).optional(),
});

/** Why an address cannot be a home's, as a sentence, or undefined when it can. */
export function addressProblem(address: Address, rules: TunnelRules): string | undefined {
	if (rules.relayAddresses.includes(address)) {
		return `expected an address of the home's own, got "${address}", which is the relay's`;
	}
	const network = rules.networks.find((candidate) => inNetwork(address, candidate));
	if (!network) {
		return `expected an address inside ${rules.networks.join(" or ")}, got "${address}"`;
	}
	if (network.startsWith(`${address}/`) && !/\/(31|32|127|128)$/.test(network)) {
		return `expected a single host, got "${address}", which is the network ${network} itself`;
	}
	return undefined;
}

function homeFileSchema(rules: TunnelRules) {
	const own = z.strictObject({
		public_key: publicKeySchema
			.refine((key) => key !== rules.relayPublicKey, {
				error: `expected the home's public key, as "heimweg status" or "wg show hw0 public-key" prints it there, got "the relay's own": the keys are swapped, or this one was copied on the wrong machine`,
			})
			.optional(),
		/** Instead of a key: which invitation brings it. */
		invitation: z
			.string()
			.regex(invitationPattern, 'expected an invitation as "heimweg-relay invite" writes it')
			.optional(),
		preshared_key_file: pathSchema.optional(),
		addresses: z
			.array(
				addressSchema.superRefine((address, context) => {
					const problem = addressProblem(address, rules);
					if (problem) context.addIssue({ code: "custom", message: problem });
				}),
			)
			.min(1, "expected at least one address inside the tunnel network")
			.superRefine(noDuplicates),
		domains: z.array(mailDomainSchema).superRefine(noDuplicates),
		mail_port: portSchema.default(25),
		senders: sendersSchema,
	});
	const whole = rules.more === "any" ? own.loose() : own.extend(rules.more ?? {});
	// The keys of others are known to them alone.
	return whole.superRefine(requireKey) as unknown as typeof own;
}

/** A home has a key, or an invitation that brings one. */
function requireKey(raw: Record<string, unknown>, context: z.RefinementCtx): void {
	const complain = (key: string, message: string) =>
		context.addIssue({ code: "custom", path: [key], message });
	if (raw.invitation === undefined) {
		if (raw.public_key === undefined)
			complain("public_key", 'expected the home\'s public key, as "heimweg key" prints it there, got none');
		return;
	}
	if (raw.public_key !== undefined) complain("public_key", "expected an invitation or a key, got both");
	if (raw.preshared_key_file !== undefined)
		complain("preshared_key_file", "expected none beside an invitation, which brings one, got a path");
}

/** What other parts read in the file, if there are any. */
function moreOf(raw: Record<string, unknown>, { more }: TunnelRules): Pick<Home, "more"> {
	const keys = typeof more === "object" ? Object.keys(more) : [];
	const told = keys.filter((key) => raw[key] !== undefined);
	return keys.length > 0 ? { more: Object.fromEntries(told.map((key) => [key, raw[key]])) } : {};
}

function noDuplicates(list: readonly string[], context: z.RefinementCtx): void {
	const seen = new Set<string>();
	for (const [index, item] of list.entries()) {
		if (!seen.has(item)) {
			seen.add(item);
			continue;
		}
		context.addIssue({
			code: "custom",
			path: [index],
			message: `expected each only once, got "${item}" again`,
		});
	}
}

function nameProblem(fileName: string): string {
	const shown = JSON.stringify(fileName.slice(0, 80));
	return `${shown}: expected a name of 1 to 32 small letters, digits and "-", followed by .toml, because it is the home's id`;
}
