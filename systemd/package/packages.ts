import { readdir, readFile } from "node:fs/promises";
import { doctorFile, germanFile, type ProgramName, programs } from "../bundle.mjs";
import { completion } from "./completion.ts";
import { type ConfigFile, configPage } from "./config-page.ts";
import { bundledCopyright, nodeCopyright, ownCopyright } from "./copyright.ts";
import type { Deb, DebFile } from "./deb.ts";
import { gzip } from "./gzip.ts";
import { programPage } from "./man.ts";
import { fewHomes, flags } from "./node-flags.ts";
import type { Runtime } from "./runtime.ts";
import { nodeSbom, programSbom } from "./sbom.ts";

/** What all packages have in common. */
export interface Edition {
	version: string;
	/** `Name <address>`. */
	maintainer: string;
	/** Seconds since 1970: nothing in a package is younger. */
	epoch: number;
}

/** A program as it was bundled. */
export interface Bundle {
	code: string;
	/** What its commands say in German. */
	german: string;
	/** What looks at a mail domain, where the program has it. */
	doctor?: string;
	/** The folders of the npm packages in it. */
	packages: string[];
}

/** The Node that a program needs when there is no heimweg-node, as in package.json's `engines`. */
export const neededNode = { major: 20, minor: 19 };

const systemd = new URL("../", import.meta.url);
const here = new URL("./", import.meta.url);
const library = "/usr/lib/heimweg";

const source = (path: string, base = systemd) => readFile(new URL(path, base), "utf8");

/** What both sides share: the wrapper that finds a Node, the users, and the unit of wireguard-go. */
export async function commonPackage(edition: Edition): Promise<Deb> {
	return {
		name: "heimweg-common",
		architecture: "all",
		control: {
			...general(edition),
			Depends: "systemd",
			Description: description("mail at home behind a relay: common files", [
				"The users, the starter and the WireGuard unit that heimweg, at home, and",
				"heimweg-relay, on the relay, have in common.",
			]),
		},
		files: [
			{ path: `${library}/start`, mode: 0o755, content: await wrapper() },
			{ path: "/usr/lib/sysusers.d/heimweg.conf", content: await source("heimweg.sysusers") },
			{
				path: "/usr/lib/systemd/system/heimweg-wireguard-go@.service",
				content: await source("heimweg-wireguard-go@.service"),
			},
			{
				path: "/etc/needrestart/conf.d/heimweg.conf",
				content: await source("needrestart.conf", here),
				conffile: true,
			},
			await overrides("heimweg-common"),
			...documents("heimweg-common", edition, await ownCopyright()),
		],
		scripts: { postinst: await script("common.postinst"), postrm: await script("common.postrm") },
	};
}

async function wrapper(): Promise<string> {
	const { major, minor } = neededNode;
	const values = {
		HOME_FLAGS: flags.heimweg.join(" "),
		RELAY_FLAGS: flags["heimweg-relay"].join(" "),
		CROWDED_FLAGS: flags.crowded.join(" "),
		FEW_HOMES: `${fewHomes}`,
		...{ NEEDED: `${major}.${minor}`, MAJOR: `${major}`, MINOR: `${minor}` },
	};
	return (await source("start", here)).replaceAll(
		/@([A-Z_]+)@/g,
		(_, name: keyof typeof values) => values[name],
	);
}

/** One of the two programs, with its units, pages and maintainer scripts. */
export async function programPackage(name: ProgramName, edition: Edition, bundle: Bundle): Promise<Deb> {
	const { version } = edition;
	const units = await unitsOf(name);
	const about = details[name];
	return {
		name,
		architecture: "all",
		control: {
			...general(edition),
			Depends: [
				`heimweg-common (= ${version})`,
				`heimweg-node | nodejs (>= ${neededNode.major}.${neededNode.minor})`,
				...["wireguard-tools", "iproute2", "nftables"],
				...about.depends,
			].join(", "),
			// The doctor validates DNSSEC with delv.
			Recommends: "wireguard-go, bind9-dnsutils",
			Suggests: about.suggests.join(", "),
			Description: about.description,
		},
		files: [
			{ path: `${library}/${name}.mjs`, content: bundle.code.replace(/^#!.*\n/, "") },
			{ path: `${library}/${germanFile(name)}`, content: bundle.german },
			...(bundle.doctor ? [{ path: `${library}/${doctorFile(name)}`, content: bundle.doctor }] : []),
			{ path: `/usr/bin/${name}`, link: "../lib/heimweg/start" },
			{ path: `/usr/lib/tmpfiles.d/${name}.conf`, content: await source(`${name}.tmpfiles`) },
			...(await Promise.all(
				units.map(async (unit) => ({
					path: `/usr/lib/systemd/system/${unit}`,
					content: await source(unit),
				})),
			)),
			...(name === "heimweg" ? await fail2ban() : []),
			{ path: `/usr/share/bash-completion/completions/${name}`, content: completion(name) },
			{ path: `/usr/share/man/man8/${name}.8.gz`, content: gzip(programPage(name, edition)) },
			{
				path: `/usr/share/man/man5/${about.config}.5.gz`,
				content: gzip(configPage(about.config, edition)),
			},
			{
				path: `/usr/share/doc/${name}/sbom.cdx.json`,
				content: await programSbom(name, edition, bundle.packages),
			},
			await overrides(name, "program"),
			...documents(name, edition, await bundledCopyright(bundle.packages)),
		],
		scripts: await programScripts(name, units),
		triggers: `interest-noawait ${library}/node\n`,
	};
}

/** The Node that programs run on where the system has none that is new enough. */
export async function nodePackage(runtime: Runtime, maintainer: string): Promise<Deb> {
	const edition = {
		version: `${runtime.version}+heimweg${runtime.revision}`,
		maintainer,
		epoch: runtime.epoch,
	};
	return {
		name: "heimweg-node",
		architecture: runtime.architecture,
		control: {
			...general(edition),
			Depends: "libc6 (>= 2.28), libstdc++6 (>= 8), libgcc-s1",
			Description: description("JavaScript runtime of heimweg and heimweg-relay", [
				`Node.js ${runtime.version} as its project built it, without its debugging symbols, for`,
				"heimweg and heimweg-relay alone: it lies where no other program looks for it.",
			]),
		},
		files: [
			{ path: `${library}/node`, mode: 0o755, from: runtime.binary },
			{ path: "/usr/share/doc/heimweg-node/sbom.cdx.json", content: nodeSbom(runtime, runtime.epoch) },
			...documents("heimweg-node", edition, await nodeCopyright(runtime.licence)),
			await overrides("heimweg-node"),
		],
		scripts: {},
	};
}

const details: Record<
	ProgramName,
	{
		config: ConfigFile;
		/** The command with which people begin. */
		begins: string;
		depends: string[];
		suggests: string[];
		folders: string[];
		description: string;
	}
> = {
	heimweg: {
		config: "heimweg.toml",
		begins: "heimweg join",
		depends: [],
		suggests: ["postfix", "dovecot-imapd", "fail2ban", "bind9-dnsutils"],
		folders: [
			"/etc/heimweg",
			"/var/lib/heimweg",
			"/var/lib/heimweg-recipients",
			"/var/lib/heimweg-dkim",
			"/var/cache/heimweg",
			"/run/heimweg",
		],
		description: description("keeps a mail server at home reachable through its relay", [
			"Runs on the mail server at home: notices that the public address changed,",
			"keeps a WireGuard tunnel to the relay up, and keeps the A and AAAA records at",
			"deSEC true. Postfix stays in charge of the mail.",
		]),
	},
	"heimweg-relay": {
		config: "relay.toml",
		begins: "heimweg-relay setup",
		depends: ["postfix (>= 3.7)", "postfix-lmdb"],
		suggests: ["haproxy", "bind9-dnsutils"],
		folders: [
			"/etc/heimweg-relay",
			"/var/lib/heimweg-relay",
			"/var/cache/heimweg-relay",
			"/run/heimweg-relay",
			"/var/spool/postfix/heimweg",
		],
		description: description("relay for mail servers at home whose address changes", [
			"Runs on a server with a static address: knows where each home is, writes",
			"Postfix's maps so that mail for a domain goes through the home's tunnel, and",
			"gets waiting mail moving the moment a home is back.",
		]),
	},
};

function general({ version, maintainer }: Edition): Record<string, string> {
	return { Version: version, Maintainer: maintainer, Section: "mail", Priority: "optional" };
}

/** A synopsis and a text, as deb-control(5) wants them. */
function description(synopsis: string, lines: string[]): string {
	return [synopsis, ...lines.map((line) => ` ${line}`)].join("\n");
}

/** Units that this program brings, and not the other. */
async function unitsOf(name: ProgramName): Promise<string[]> {
	const all = (await readdir(systemd)).filter((file) => /\.(service|socket|path|timer)$/.test(file)).sort();
	return all.filter((unit) => {
		if (unit.startsWith("heimweg-wireguard-go@")) return false;
		return unit.startsWith("heimweg-relay") === (name === "heimweg-relay");
	});
}

/** Filters and an action for fail2ban; a jail is its owner's to enable. */
async function fail2ban(): Promise<DebFile[]> {
	const files = ["action.d/heimweg.conf", "filter.d/heimweg-dovecot.conf", "filter.d/heimweg-postfix.conf"];
	return Promise.all(
		files.map(async (file) => ({
			path: `/etc/fail2ban/${file}`,
			content: await source(`fail2ban/${file}`),
			conffile: true,
		})),
	);
}

/** The maintainer scripts of a program: the same for both, below the names that differ. */
async function programScripts(name: ProgramName, units: string[]): Promise<Record<string, string>> {
	const wanted: string[] = [];
	for (const unit of units) if (/^\[Install\]$/m.test(await source(unit))) wanted.push(unit);
	// The daemon first: it is what everybody waits for.
	wanted.sort((a, b) => Number(b === `${name}.service`) - Number(a === `${name}.service`));
	const helpers = units.filter((unit) => /\.(socket|path)$/.test(unit) && !wanted.includes(unit));
	// What holds people's connections is never restarted, and goes on when the package is removed.
	const kept = wanted.filter((unit) => unit.endsWith("-haproxy.service"));
	const other = Object.keys(programs).find((program) => program !== name);
	const head = [
		`program=${name}`,
		`other=${other}`,
		`units="${units.join(" ")}"`,
		`wanted="${wanted.filter((unit) => !kept.includes(unit)).join(" ")}"`,
		`kept="${kept.join(" ")}"`,
		`helpers="${helpers.join(" ")}"`,
		`folders="${details[name].folders.join(" ")}"`,
		`config="/etc/${name}/${details[name].config}"`,
		`begins="${details[name].begins}"`,
	];
	const one = async (kind: string) => script(`program.${kind}`, head);
	return {
		preinst: await one("preinst"),
		postinst: await one("postinst"),
		prerm: await one("prerm"),
		postrm: await one("postrm"),
	};
}

/** A maintainer script; the names come first. Only those that it uses. */
async function script(file: string, names: string[] = []): Promise<string> {
	const body = await source(`scripts/${file}`, here);
	const used = names.filter((line) => new RegExp(`\\$\\{?${line.split("=")[0]}\\b`).test(body));
	return ["#!/bin/sh", ...used, body].join("\n");
}

/** What lintian(1) says and is meant so, with the reasons. */
async function overrides(name: string, file = name): Promise<DebFile> {
	const content = (await source(`lintian/${file}`, here)).replaceAll("@NAME@", name);
	return { path: `/usr/share/lintian/overrides/${name}`, content };
}

/** What Debian wants in each package: whose it is, and what changed when. */
function documents(name: string, { version, maintainer, epoch }: Edition, copyright: string): DebFile[] {
	const date = new Date(epoch * 1000).toUTCString().replace("GMT", "+0000");
	const changelog = `${name} (${version}) stable; urgency=medium\n\n  * CHANGELOG.md of the sources of this version tells what changed.\n\n -- ${maintainer}  ${date}\n`;
	return [
		{ path: `/usr/share/doc/${name}/copyright`, content: copyright },
		{ path: `/usr/share/doc/${name}/changelog.gz`, content: gzip(changelog) },
	];
}
