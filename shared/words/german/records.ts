/** The records of mail domains: what is wanted, why, and what stands in the way. */
export const records = {
	"{0.}: {1#} mail records as they should be": "{0}: {1} Mail-Einträge, wie sie sein sollen",
	"{0} (heimweg dns plan)": "{0} (heimweg dns plan)",
	"{0#} to change": "{0} zu ändern",
	"{0#} for you to decide": "{0} zu entscheiden",
	'--take wants a name and a type, like "--take example.org MX", and got "{0}"':
		'--take will einen Namen und einen Typ, wie "--take example.org MX", gekommen ist "{0}"',
	"nothing was applied that could be taken back": "es wurde nichts angewandt, was zurückzunehmen wäre",
	"nothing was applied to {0} that could be taken back":
		"auf {0} wurde nichts angewandt, was zurückzunehmen wäre",
	"the daemon is of another version than the command": "der Daemon hat eine andere Version als der Befehl",
	"it took more than {0} s, and was broken off": "es dauerte länger als {0} s und wurde abgebrochen",
	'look at "{0} dns plan" what was done, and run it again':
		'mit "{0} dns plan" ansehen, was getan wurde, und es noch einmal ausführen',
	"records of a mail domain are not as they were applied":
		"Einträge einer Mail-Domain sind nicht so, wie sie angewandt wurden",
	"at deSEC {0} of {1.} are no longer what was applied, or what is wanted has changed since":
		"bei deSEC sind {0} von {1} nicht mehr, was angewandt wurde, oder das Gewollte hat sich seitdem geändert",
	'look at "heimweg dns plan", and run "heimweg dns apply", with --take for what somebody changed':
		'"heimweg dns plan" ansehen und "heimweg dns apply" ausführen, mit --take für das, was jemand geändert hat',
	"the daemon has not spoken to deSEC yet": "der Daemon hat noch nicht mit deSEC gesprochen",
	'look at "heimweg status"; it waits for the guard to stand':
		'"heimweg status" ansehen; er wartet darauf, dass der Schutz steht',
	"{0.} is none of the mail domains: {1}": "{0} ist keine der Mail-Domains: {1}",
	"{0.} is none of the mail domains: there is none": "{0} ist keine der Mail-Domains: es gibt keine",
	"the configuration names no mail domain": "die Konfiguration nennt keine Mail-Domain",
	'add domains = ["example.org"] to [mail] in heimweg.toml':
		'in heimweg.toml unter [mail] domains = ["example.org"] hinzufügen',
	"the plan for {0} is another by now: the zone, or what is wanted, has changed":
		"der Plan für {0} ist inzwischen ein anderer: die Zone, oder das Gewollte, hat sich geändert",
	"nothing was changed; run it again, and look at the plan":
		"es wurde nichts geändert; noch einmal ausführen und den Plan ansehen",
	"somebody else changes {0} of {1.} at the same time, again and again":
		"jemand anderes ändert {0} von {1} immer wieder zur selben Zeit",
	"look for another program that writes them; a plan made anew shows how it is now":
		"nach einem anderen Programm suchen, das sie schreibt; ein neuer Plan zeigt, wie es jetzt ist",
	"it is not wanted any more": "es ist nicht mehr gewollt",
	"it was Heimweg's, and somebody has changed it since: {0}; wanted: {1}":
		"es war von Heimweg, und jemand hat es seitdem geändert: {0}; gewollt: {1}",
	"it is somebody else's, and not what is wanted: {0}; wanted: {1}":
		"es ist von jemand anderem, und nicht das Gewollte: {0}; gewollt: {1}",
	"if it may be replaced: {0} apply --take {1.} {2.}":
		"wenn es ersetzt werden darf: {0} apply --take {1} {2}",
	"{0.} is delegated to other name servers ({1}), so nobody would see a record here":
		"{0} ist an andere Nameserver delegiert ({1}), einen Eintrag hier sähe darum niemand",
	"{0.} is redirected by a DNAME ({1}), so nobody would see a record here":
		"{0} ist durch einen DNAME umgeleitet ({1}), einen Eintrag hier sähe darum niemand",
	"set it in the zone of {0}": "ihn in der Zone von {0} setzen",
	"set it where the DNAME points, or remove it":
		"ihn dort setzen, wohin der DNAME zeigt, oder diesen entfernen",
	"there is a CNAME to {0}, beside which nothing can stand (RFC 1034, 3.6.2)":
		"es gibt einen CNAME auf {0}, neben dem nichts stehen kann (RFC 1034, 3.6.2)",
	"delete the CNAME, or leave it and do without this record":
		"den CNAME löschen, oder ihn lassen und auf diesen Eintrag verzichten",
	"there is {0}, beside which no CNAME can stand (RFC 1034, 3.6.2)":
		"es gibt {0}, und daneben kann kein CNAME stehen (RFC 1034, 3.6.2)",
	"delete these, or leave them and do without the CNAME":
		"diese löschen, oder sie lassen und auf den CNAME verzichten",
	"{0} is wanted at this name, too, beside which no CNAME can stand":
		"{0} ist unter diesem Namen auch gewollt, und daneben kann kein CNAME stehen",
	"choose another name for one of them": "für eines davon einen anderen Namen wählen",
	"the name would end what answers others now: {0}":
		"der Name würde beenden, was jetzt anderen antwortet: {0}",
	"the name would end what answers others now: {0}, and {1#} more":
		"der Name würde beenden, was jetzt anderen antwortet: {0}, und {1} weitere",
	"add these first, which say what a wildcard says now: {0}":
		"zuerst diese hinzufügen, die sagen, was jetzt ein Wildcard-Eintrag sagt: {0}",
	"remove the wildcard that would begin to answer there, or leave this record as it is":
		"den Wildcard-Eintrag entfernen, der dort zu antworten begänne, oder diesen Eintrag lassen, wie er ist",
	"somebody has changed it since: {0}": "jemand hat es seitdem geändert: {0}",
	"somebody has changed it since: it is gone": "jemand hat es seitdem geändert: es ist weg",
	"if it should be as before, set it at the provider: {0}":
		"soll es sein wie vorher, es beim Anbieter setzen: {0}",
	"if it should be as before, set it at the provider: none":
		"soll es sein wie vorher, es beim Anbieter setzen: keines",
	"as it was before": "wie es vorher war",
	"the changes of {0} are more than deSEC takes in one request (1 MB)":
		"die Änderungen von {0} sind mehr, als deSEC in einer Anfrage nimmt (1 MB)",
	"nothing was changed; make the large RRsets at desec.io by hand":
		"es wurde nichts geändert; die großen RRsets bei desec.io von Hand anlegen",
	"records of type {0} are not asked for": "nach Einträgen vom Typ {0} wird nicht gefragt",
	"no host is known to serve the file for mail programs":
		"es ist kein Host bekannt, der die Datei für Mailprogramme liefert",
	'let a web server serve what "heimweg dns autoconfig {0}" prints, and set dns.mail.autoconfig to its name':
		'einen Webserver liefern lassen, was "heimweg dns autoconfig {0}" ausgibt, und dns.mail.autoconfig auf seinen Namen setzen',
	"mail programs find their settings by the domain alone":
		"Mailprogramme finden ihre Einstellungen allein durch die Domain",
	"Outlook looks here": "Outlook sieht hier nach",
	"the keys that sign this home's mail are not known":
		"die Schlüssel, die die Mail dieses Heimservers signieren, sind nicht bekannt",
	'run "systemctl enable --now heimweg-dkim.path heimweg-dkim.timer", and look at "heimweg dkim"':
		'"systemctl enable --now heimweg-dkim.path heimweg-dkim.timer" ausführen und "heimweg dkim" ansehen',
	"no key of OpenDKIM or Rspamd signs for {0}": "kein Schlüssel von OpenDKIM oder Rspamd signiert für {0}",
	"no token for the zone of this name is configured (dns.token_file)":
		"für die Zone dieses Namens ist kein Token konfiguriert (dns.token_file)",
	"no domain of the token's account at deSEC holds this name":
		"keine Domain im Konto des Tokens bei deSEC enthält diesen Namen",
	"records of the relay's own name are not as they were applied":
		"Einträge des eigenen Namens des Relays sind nicht so, wie sie angewandt wurden",
	"at deSEC {0} of {1} are no longer what was applied, or this relay is called otherwise by now":
		"bei deSEC sind {0} von {1} nicht mehr, was angewandt wurde, oder dieses Relay heißt inzwischen anders",
	'look at "heimweg-relay dns plan", and run "heimweg-relay dns apply", with --take for what somebody changed':
		'"heimweg-relay dns plan" ansehen und "heimweg-relay dns apply" ausführen, mit --take für das, was jemand geändert hat',
	"what Postfix calls this relay is not known, or is no name for an MX record":
		"wie Postfix dieses Relay nennt, ist nicht bekannt oder kein Name für einen MX-Eintrag",
	'see that "postconf -h myhostname" says a full name, like relay.example.net':
		'dafür sorgen, dass "postconf -h myhostname" einen vollen Namen sagt, wie relay.example.net',
	"no token for the zone of this relay's name is configured":
		"für die Zone des Namens dieses Relays ist kein Token konfiguriert",
	'add token_file to [dns] in relay.toml, or set what "heimweg-relay dns plan" prints elsewhere':
		'token_file in [dns] in relay.toml eintragen, oder anderswo setzen, was "heimweg-relay dns plan" ausgibt',
	"set these where its zone is kept, if they are not there: {0}":
		"diese dort setzen, wo seine Zone geführt wird, wenn sie nicht da sind: {0}",
	"different keys sign with the selector {0}: {1}; a selector has one (RFC 6376, 3.6.2.2)":
		"verschiedene Schlüssel signieren mit dem Selektor {0}: {1}; ein Selektor hat einen (RFC 6376, 3.6.2.2)",
	"give each a selector of its own where it is set up to sign":
		"gib jedem dort, wo er zum Signieren eingerichtet ist, einen eigenen Selektor",
	"{0} signs with the selector {1}, too, and a selector has one key (RFC 6376, 3.6.2.2): nobody can check what it signs":
		"{0} signiert auch mit dem Selektor {1}, und ein Selektor hat einen Schlüssel (RFC 6376, 3.6.2.2): niemand kann prüfen, was er signiert",
	"give the key in {0} a selector of its own where it is set up to sign":
		"gib dem Schlüssel in {0} dort, wo er zum Signieren eingerichtet ist, einen eigenen Selektor",
	"set up signing at home": "zu Hause das Signieren einrichten",
	"the key in {0} has {1} bits, and receivers take {2} to {3}":
		"der Schlüssel in {0} hat {1} Bits, und Empfänger nehmen {2} bis {3}",
	"make a new one of 2048 bits, with a selector of its own":
		"einen neuen von 2048 Bits anlegen, mit eigenem Selektor",
	"others can check what {0} signs with the selector {1}":
		"andere können prüfen, was {0} mit dem Selektor {1} signiert",
	"mail that is not proven to be {0}'s: {1}": "Mail, die nicht nachweislich von {0} ist: {1}",
	"large receivers want one; it asks nothing of them until dns.mail.dmarc says more":
		"große Empfänger wollen einen; er verlangt nichts von ihnen, bis dns.mail.dmarc mehr sagt",
	"reports go to {0}, and only {1} can say that it takes them":
		"Berichte gehen an {0}, und nur {1} kann sagen, dass es sie annimmt",
	'have this line put into the zone of {0.}: {1.}. IN TXT "v=DMARC1;"':
		'diese Zeile in die Zone von {0} setzen lassen: {1}. IN TXT "v=DMARC1;"',
	"{0.} takes reports on {1}": "{0} nimmt Berichte über {1} an",
	"the relay has not said its name yet": "das Relay hat seinen Namen noch nicht genannt",
	'look at "heimweg status" whether the tunnel is up; an older relay does not say it':
		'mit "heimweg status" ansehen, ob der Tunnel steht; ein älteres Relay sagt ihn nicht',
	"mail for the domain goes to the relay": "Mail für die Domain geht zum Relay",
	"mail that claims to come from this name is none of ours":
		"Mail, die von diesem Namen zu kommen behauptet, ist nicht von uns",
	"mail to this name is refused at once": "Mail an diesen Namen wird gleich abgelehnt",
	"the MX's name leads to the relay": "der Name im MX führt zum Relay",
	"bounces come from the relay's own name": "Rückläufer kommen vom eigenen Namen des Relays",
	"the zone of {0} is not this one": "die Zone von {0} ist nicht diese",
	"for the relay's owner, if they are not there: {0}":
		"für den Besitzer des Relays, falls sie nicht da sind: {0}",
	"the relay has not said its addresses yet": "das Relay hat seine Adressen noch nicht genannt",
	'"v=spf1 {0} ~all" has {1#} terms that look something up, and receivers follow {2#}':
		'"v=spf1 {0} ~all" hat {1} Terme, die etwas nachschlagen, und Empfänger folgen {2}',
	"take some out of dns.mail.spf_also": "einige aus dns.mail.spf_also herausnehmen",
	"the relay may send for the domain, and nobody else":
		"das Relay darf für die Domain senden, und sonst niemand",
	"no name in dns.names is within {0}": "kein Name in dns.names liegt in {0}",
	"set dns.mail.client to the name that mail programs use":
		"dns.mail.client auf den Namen setzen, den Mailprogramme benutzen",
	"what this home offers to mail programs is not known yet":
		"was dieser Heimserver Mailprogrammen anbietet, ist noch nicht bekannt",
	'name it in dns.mail.services, for instance ["imaps", "submissions"]':
		'es in dns.mail.services nennen, zum Beispiel ["imaps", "submissions"]',
	"what is not offered says so only where dns.mail.services says what is":
		"was nicht angeboten wird, sagt es nur, wo dns.mail.services sagt, was angeboten wird",
	'for instance services = ["imaps", "submissions"] in [dns.mail]':
		'zum Beispiel services = ["imaps", "submissions"] in [dns.mail]',
	"mail programs find {0} at {1}": "Mailprogramme finden {0} unter {1}",
	"{0} is not offered, and says so": "{0} wird nicht angeboten und sagt es",
	"no address for reports on TLS is configured": "keine Adresse für Berichte über TLS ist konfiguriert",
	'add tls_reports = ["mailto:YOU"] to [dns.mail]': 'in [dns.mail] tls_reports = ["mailto:YOU"] hinzufügen',
	"senders tell when they cannot deliver over TLS":
		"Absender melden, wenn sie nicht über TLS zustellen können",
} as const;
