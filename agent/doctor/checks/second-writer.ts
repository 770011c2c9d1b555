import { check } from "../../../shared/doctor/check.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { codeOf } from "../../../shared/errors.ts";
import { shellWord } from "../../../shared/shell-word.ts";
import { say } from "../../../shared/words/say.ts";
import type { HomeEyes, HomeKnown } from "../known.ts";

/** Where what runs again and again is named: cron(8), and what certbot and lego run after a renewal. */
const folders = {
	cron: ["/etc/cron.d", "/etc/cron.hourly", "/etc/cron.daily", "/var/spool/cron/crontabs"],
	hooks: ["/etc/letsencrypt/renewal-hooks/deploy", "/etc/letsencrypt/renewal-hooks/post"],
} as const;
const cronTable = "/etc/crontab";

/** Programs whose work is to write addresses. */
const clients: ReadonlyArray<[file: string, unit: string]> = [
	["/etc/ddclient.conf", "ddclient"],
	["/etc/inadyn.conf", "inadyn"],
];

/** Files that are read in all. */
const mostFiles = 200;

/** Writes to deSEC: by dynDNS, or to the RRsets of a zone. */
const writes = /update6?\.dedyn\.io|desec\.io\/api\/v1\/domains\/\S*rrsets/;

interface Seen {
	/** Files that are run, or run others, that write to deSEC. */
	writers: Array<{ named: string; file: string; tlsa: boolean; reloads: boolean }>;
	/** What could not be read. */
	closed: string[];
}

/** Whether somebody else on this machine writes the records that Heimweg keeps: a script of cron's, a dynDNS client, a hook. */
export const secondWriter = check<HomeKnown, HomeEyes, Seen>({
	name: "second_writer",

	async look({ dns }, eyes) {
		if (!dns) return { writers: [], closed: [] };
		const closed: string[] = [];
		const names = await Promise.all(
			[...folders.cron, ...folders.hooks].map(async (folder) => {
				const inside = await eyes.list(folder).catch((error: unknown) => {
					if (codeOf(error) === "EACCES") closed.push(folder);
					return [];
				});
				return [...new Set(inside)].map((name) => `${folder}/${name}`);
			}),
		);
		const writers: Seen["writers"] = [];
		const files = [cronTable, ...names.flat(), ...clients.map(([file]) => file)].slice(0, mostFiles);
		for (const named of files) {
			const text = await eyes.read(named).catch(() => "");
			for (const file of [named, ...namedIn(text)]) {
				const inner = file === named ? text : await eyes.read(file).catch(() => "");
				if (!writes.test(inForce(inner))) continue;
				const reloads = /\b(?:reload|restart)\b/.test(text);
				writers.push({ named, file, tlsa: /TLSA/.test(inner), reloads });
			}
		}
		return { writers, closed };
	},

	judge({ writers, closed }) {
		const findings = writers.map(judgeWriter);
		if (findings.length > 0 || closed.length === 0) return findings;
		const found = say`whether something else writes the records: ${closed.join(", ")} may be read only by root`;
		return [
			{
				code: "second_writer_not_known",
				severity: "not_known",
				subject: "cron",
				found,
				line: "sudo heimweg doctor",
			},
		];
	},
});

function judgeWriter(writer: Seen["writers"][number]): Finding {
	const { named, file, tlsa } = writer;
	const about = {
		subject: file,
		turn: "home",
		line: stopLine(writer),
		source: "heimweg.toml(5), [dns]",
	} as const;
	const isHook = folders.hooks.some((folder) => named.startsWith(folder));
	if (isHook && tlsa)
		return {
			...{ ...about, code: "tlsa_after_the_key", severity: "todo" },
			found: say`it writes TLSA when the key has changed already, and whoever checks in between does not deliver`,
			wanted: say`no TLSA for names of the home; the relay's key is what senders see`,
		};
	return {
		...{ ...about, code: "second_writer", severity: "todo" },
		found: say`it writes records at deSEC as well, and the two take turns`,
		wanted: say`one who writes: Heimweg keeps the names in dns.names`,
	};
}

/** Without what is commented out. */
const inForce = (text: string) => text.replaceAll(/^\s*#.*$/gm, "");

/** Scripts that a line of cron's runs, by their full paths. */
function namedIn(text: string): string[] {
	return [...new Set(inForce(text).match(/(?<=^|[\s"'=])\/[\w./-]+/gm) ?? [])].slice(0, 20);
}

/** How the one that names it is kept from running; nothing of it is lost. */
function stopLine({ named, file, reloads }: Seen["writers"][number]): string {
	const client = clients.find(([config]) => config === named);
	if (client) return `systemctl disable --now ${client[1]} && mv ${named} ${named}.off`;
	// Every line of a table is a job of its own.
	const match = file === named ? "/desec\\.io\\|dedyn\\.io/" : `\\|${file.replaceAll(".", "\\.")}|`;
	const comment = shellWord(`${match}s/^/#/`);
	const [, user] = /^\/var\/spool\/cron\/crontabs\/(.+)$/.exec(named) ?? [];
	if (user) {
		const table = `crontab -u ${shellWord(user)}`;
		return `${table} -l | sed ${comment} | ${table} -`;
	}
	if (named === cronTable || named.startsWith("/etc/cron.d/")) return `sed -i ${comment} ${shellWord(named)}`;
	// What a hook also has servers read again has to stay.
	return reloads ? `editor ${shellWord(named)}` : `mv ${shellWord(named)} /root/`;
}
