import { type Cidr, parseCidr } from "../address.ts";
import { elementsOf } from "./list.ts";

/** The networks that stand in a list such as mynetworks itself; `[ipv6]/n` is how Postfix writes IPv6. */
export function networksIn(list: string): Cidr[] {
	return elementsOf(list).flatMap((element) => {
		const text = element.replace(/^\[(.*)\]/, "$1");
		try {
			return [parseCidr(text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`)];
		} catch {
			return [];
		}
	});
}
