import { type Lab, startLab } from "../lab/lab.ts";
import { type Measure, now, startMeasure } from "../lab/measure.ts";
import { addresses } from "../lab/network.ts";
import { rootImage } from "../lab/root-image.ts";
import { inPrefix } from "../lab/router.ts";
import { deliver, domain, mailboxes, mailName } from "../lab/scene.ts";
import { readyForJoin, readyMailServer } from "../lab/set-up.ts";
import { journalSince, subjectsIn } from "./evidence.ts";
import { setUp, tunnelAddress } from "./setting-up.ts";
import { type Note, seconds, type Teller } from "./teller.ts";

/** What was measured, in the order of the story, in milliseconds. */
export type Measured = Array<{ what: string; milliseconds: number }>;

/** What the story needs to be told, and to be ended early. */
export interface Telling {
	teller: Teller;
	signal: AbortSignal;
	/** The folder with the packages that are to be installed. */
	packages: string;
	/** Gets the lab as soon as there is one, so that it is removed however the story ends. */
	onLab(lab: Lab): void;
}

const recipient = `${mailboxes[0]}@${domain}`;

/** Boots the lab and tells the story. Throws when something did not happen in time. */
export async function tellStory({ teller, signal, packages, onLab }: Telling): Promise<Measured> {
	const measured: Measured = [];
	const note = (what: string, milliseconds: number) => {
		measured.push({ what, milliseconds });
		return seconds(milliseconds, 2);
	};

	teller.title("The two machines");
	await teller.wait(
		"making their Debian, once: takes minutes",
		(progress) => rootImage(progress, signal),
		() => "the Debian 13 that they boot from is there",
	);
	const lab = await teller.wait(
		"booting relay.example.net and home.example.org",
		(progress) => startLab({ log: progress, signal }),
		() => "both have booted, with systemd and Postfix, and an internet between them",
	);
	onLab(lab);
	teller.tell(`relay.example.net has a static address, ${addresses.relay.ipv4}`);
	teller.tell(`home.example.org is behind a router with NAT; its ISP gives it ${lab.router.address} today`);
	await Promise.all([readyMailServer(lab, mailboxes), readyForJoin(lab)]);
	teller.tell(`the home has Postfix and Dovecot for ${domain} and two mailboxes; the relay is bare`);

	teller.title("From there to the first mail: five commands");
	await setUp(lab, packages, teller, note);
	const measure = await startMeasure(lab);
	await mail(lab, teller, note, "mail 1");

	teller.title("The ISP gives the home another IPv4 address");
	await newAddress(lab, measure, teller, note);
	await mail(lab, teller, note, "mail 2");

	teller.title("The ISP gives the home another IPv6 prefix");
	await newPrefix(lab, measure, teller, note);
	await measure.stop();

	const subjects = await subjectsIn(lab.home, mailboxes[0]!);
	teller.tell(`in ${recipient}'s mailbox: ${subjects.map((subject) => `"${subject}"`).join(", ")}`);
	return measured;
}

async function mail(lab: Lab, teller: Teller, note: Note, which: string): Promise<void> {
	await teller.wait(
		`${which}: someone@sender.test hands it to relay.example.net, for ${recipient}`,
		() => deliver(lab, which),
		(took) =>
			`${which} delivered to the mailbox at home ${note(`${which}: from the sender into the mailbox at home`, took)} later`,
	);
}

async function newAddress(lab: Lab, measure: Measure, teller: Teller, note: Note): Promise<void> {
	const before = lab.router.address;
	const home = await tunnelAddress(lab);
	const began = new Date();
	const since = now();
	const after = await lab.router.changeAddress();
	teller.tell(`the ISP took ${before} away and gave ${after}; nobody tells Heimweg`);
	// Both at once: what is measured second must not wait for the first to be told.
	const reached = measure.relayReachesHome({ since, home });
	const answered = measure.answers(mailName, "A", after, { since });
	answered.catch(() => {});
	await teller.wait(
		"until the relay can open TCP to the home's port 25 again",
		() => reached,
		(took) =>
			`tunnel back after ${note("new IPv4 address: the relay reaches the home's port 25 again", took)}`,
	);
	await teller.wait(
		`until the name servers answer ${mailName} A ${after}`,
		() => answered,
		(took) => `DNS true after ${note(`new IPv4 address: the name servers answer ${mailName} A`, took)}`,
	);
	teller.quote(await journalSince(lab.home, "heimweg", began));
}

async function newPrefix(lab: Lab, measure: Measure, teller: Teller, note: Note): Promise<void> {
	const before = lab.router.prefix;
	const began = new Date();
	const since = now();
	const after = await lab.router.changePrefix();
	teller.tell(`the ISP took ${before} away and gave ${after}`);
	await teller.wait(
		`until the name servers answer ${mailName} AAAA ${homeAddress(after)}`,
		() => measure.answers(mailName, "AAAA", homeAddress(after), { since }),
		(took) => `AAAA true after ${note(`new IPv6 prefix: the name servers answer ${mailName} AAAA`, took)}`,
	);
	teller.quote(await journalSince(lab.home, "heimweg", began));
}

/** The home's address in the prefix that its router announces. */
function homeAddress(prefix: string): string {
	return inPrefix(prefix, 0x20);
}
