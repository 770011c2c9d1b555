import { agentKeys, type ConfigKey, homeKeys, relayKeys } from "./config-keys.ts";
import { roff, titleLine } from "./man.ts";

export type ConfigFile = "heimweg.toml" | "relay.toml";

interface Page {
	program: string;
	folder: string;
	about: string;
	keys: readonly ConfigKey[];
	/** A least file, and more sections. */
	example: string;
	more: string[];
}

const pages: Record<ConfigFile, Page> = {
	"heimweg.toml": {
		program: "heimweg",
		folder: "/etc/heimweg",
		about: "configuration of heimweg, at home",
		keys: agentKeys,
		example: `[[relays]]
endpoint = "relay.example.net:51820"
public_key = "..."
addresses = ["10.86.0.1", "fd86:5a1e:77::1"]

[tunnel]
addresses = ["10.86.0.2", "fd86:5a1e:77::2"]
networks = ["10.86.0.0/24", "fd86:5a1e:77::/64"]

[dns]
names = ["mail.example.org"]

[mail]
domains = ["example.org"]`,
		more: [],
	},
	"relay.toml": {
		program: "heimweg-relay",
		folder: "/etc/heimweg-relay",
		about: "configuration of heimweg-relay",
		keys: relayKeys,
		example: `[tunnel]
addresses = ["10.86.0.1", "fd86:5a1e:77::1"]
networks = ["10.86.0.0/24", "fd86:5a1e:77::/64"]`,
		more: [
			".SH HOMES",
			roff(
				"Each home has a file in homes_dir, whose name without .toml is its id. Adding, changing or removing one takes effect by itself.",
			),
			...homeKeys.flatMap(keyLines),
		],
	},
};

/** The page of a configuration file in section 5. */
export function configPage(file: ConfigFile, edition: { version: string; epoch: number }): string {
	const { program, folder, about, keys, example, more } = pages[file];
	const lines = [
		titleLine(file, 5, edition, "File formats"),
		".SH NAME",
		`${roff(file)} \\- ${roff(about)}`,
		".SH SYNOPSIS",
		roff(`${folder}/${file}`),
		".SH DESCRIPTION",
		roff(
			`TOML. An unknown key is an error, so that a slip of the pen does not go unnoticed; "${program} check-config" lists everything that is wrong at once. "systemctl reload ${program}" has it read again.`,
		),
		".SH KEYS",
		roff("A key with a dot stands in the table that is named before it."),
		...keys.flatMap(keyLines),
		...more,
		".SH EXAMPLE",
		".nf",
		roff(example),
		".fi",
		".SH SEE ALSO",
		`.BR ${program} (8)`,
	];
	return `${lines.join("\n")}\n`;
}

function keyLines({ key, fallback, text }: ConfigKey): string[] {
	return [
		".TP",
		`\\fB${roff(key)}\\fR`,
		roff(text),
		roff(fallback ? `If left out: ${fallback}.` : "Must be given."),
	];
}
