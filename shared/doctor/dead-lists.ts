/** Lists that have ended; who still asks them waits for nothing, or refuses all mail once the name is sold. */
const ended: ReadonlyArray<[zone: string, since: string]> = [
	["sorbs.net", "June 2024"],
	["njabl.org", "March 2013"],
	["dsbl.org", "March 2009"],
	["ordb.org", "December 2006"],
	["spamcannibal.org", "May 2018"],
	["ahbl.org", "January 2015"],
];

/** The lists in a setting of Postfix that have ended, each with since when. */
export function deadLists(setting: string): Array<{ list: string; since: string }> {
	const names = setting.toLowerCase().match(/[a-z0-9-]+(?:\.[a-z0-9-]+)+/g) ?? [];
	return [...new Set(names)].flatMap((list) => {
		const dead = ended.find(([zone]) => list === zone || list.endsWith(`.${zone}`));
		return dead ? [{ list, since: dead[1] }] : [];
	});
}

/** The settings of Postfix that name such lists (postconf(5)). */
export const listSettings: readonly string[] = [
	...["smtpd_client_restrictions", "smtpd_helo_restrictions", "smtpd_sender_restrictions"],
	...["smtpd_recipient_restrictions", "smtpd_relay_restrictions", "smtpd_data_restrictions"],
	"postscreen_dnsbl_sites",
];

/** A setting without a list: with what asks it, be it `reject_rbl_client LIST` or `LIST*2`. */
export function withoutList(setting: string, list: string): string {
	const name = list.replaceAll(".", "\\.");
	return setting
		.replace(
			new RegExp(`(?:(?:reject|permit)_\\w+\\s+)?${name}(?:=\\S+?)?(?:\\*-?\\d+)?(?=[\\s,]|$)[\\s,]*`, "gi"),
			"",
		)
		.replace(/[\s,]+$/, "");
}
