import { subnameOf } from "../../shared/dns/rrset.ts";
import type { DomainKnown } from "./known.ts";

/** The line that takes an RRset away that is none of Heimweg's: by deSEC's API, with the token out of sight of `ps`. */
export function deleteLine({ home, mail }: DomainKnown, name: string, type: string): string {
	if (!home.dns) return `delete ${name}. IN ${type}`;
	const subname = subnameOf(name, mail.zone) || "@";
	const url = `${home.dns.api}/domains/${mail.zone}/rrsets/${subname}/${type}/`;
	return `printf 'Authorization: Token %s' "$(cat ${home.dns.token_file})" | curl --silent --show-error --fail-with-body --request DELETE --header @- ${url}`;
}
