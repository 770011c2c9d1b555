import { isDomain } from "../../shared/domain-name.ts";
import { sentence } from "../../shared/sentence.ts";
import type { Found } from "./found.ts";
import { addressesOf } from "./look.ts";
import type { SetupDeps, SetupOptions } from "./options.ts";
import { words } from "./words.ts";

/** The name of this relay: as the configuration says, or as somebody answers; says what is wrong with its records. */
export async function askHost(
	{ host: given }: Pick<SetupOptions, "host">,
	found: Found,
	{ prompt, internet, say }: Pick<SetupDeps, "prompt" | "internet" | "say">,
): Promise<string> {
	const known = found.config?.host;
	const host =
		given === undefined && known !== undefined && isDomain(known)
			? known
			: await prompt.text({
					text: words.askHost,
					flag: "--host NAME",
					given,
					proposal: proposed(found),
					wrong: (name) => (isDomain(name) ? undefined : words.hostWrong),
				});
	const own = found.addresses.filter(({ behindNat }) => !behindNat);
	const leads = await addressesOf(host, internet.resolver);
	if (leads.length === 0) say(sentence(words.hostNowhere, { host }));
	else if (own.length > 0 && !leads.every((address) => own.some((one) => one.address === address)))
		say(sentence(words.hostElsewhere, { host, addresses: leads.join(", ") }));
	for (const { ptr, back } of own)
		if (ptr !== undefined && back && ptr !== host) say(sentence(words.ptrAnother, { ptr, host }));
	return host;
}

/** The name that a PTR proves; else the one that Postfix has, as far as it is one. */
function proposed({ addresses, postfix }: Found): string | undefined {
	const proven = addresses.find(({ ptr, back }) => ptr !== undefined && back)?.ptr;
	const local = /\.(?:localdomain|local|lan|internal|home|invalid)$/.test(postfix.myhostname);
	return proven ?? (isDomain(postfix.myhostname) && !local ? postfix.myhostname : undefined);
}
