import { autoconfig } from "./autoconfig.ts";
import { dkim } from "./dkim.ts";
import { dmarc } from "./dmarc.ts";
import type { MailDomain } from "./mail-domain.ts";
import { mx } from "./mx.ts";
import { noMail } from "./null.ts";
import { relayName } from "./relay-name.ts";
import { spf } from "./spf.ts";
import { srv } from "./srv.ts";
import { tlsrpt } from "./tlsrpt.ts";
import { together, type Wishes } from "./wish.ts";

/** The kinds of record that a mail domain has, in the order in which a plan shows them. */
const kinds = [mx, relayName, spf, dkim, dmarc, tlsrpt, srv, autoconfig, noMail];

/** Everything that the mail domain should have, and what is left out and why. Pure. */
export function wishesOf(mail: MailDomain): Wishes {
	return together(kinds.map((kind) => kind(mail)));
}
