/** What the doctor's checks find, and what they want. */
export const checks = {
	"no CAA: every authority may issue": "kein CAA: jede Zertifizierungsstelle darf ausstellen",
	"how {0} is called in CAA is not known here": "wie {0} in CAA heißt, ist hier nicht bekannt",
	"{0} at {1.} forbids {2}, whose certificate is in use, to renew it":
		"{0} bei {1} verbietet {2}, deren Zertifikat in Gebrauch ist, es zu erneuern",
	"a record for this authority beside the others":
		"ein Eintrag für diese Zertifizierungsstelle neben den anderen",
	"mail programs find no address at this name": "Mailprogramme finden unter diesem Namen keine Adresse",
	"the address of this line, or the relay's": "die Adresse dieses Anschlusses, oder die des Relays",
	"it is remembered for {0#} s, and mail programs look for the old address so long":
		"er wird {0} s lang gemerkt, und so lange suchen Mailprogramme die alte Adresse",
	"a TTL of 60 s, which deSEC's dynDNS sets": "eine TTL von 60 s, die deSECs dynDNS setzt",
	"it leads to {0}, which is neither this line nor the relay":
		"er führt zu {0}, und das ist weder dieser Anschluss noch das Relay",
	"it leads to this line ({0}), and the configuration says to the relay":
		"er führt zu diesem Anschluss ({0}), und laut Konfiguration soll er zum Relay führen",
	"it leads to the relay ({0}), and the configuration says to this line":
		"er führt zum Relay ({0}), und laut Konfiguration soll er zu diesem Anschluss führen",
	"it leads to this line ({0}), and Heimweg does not keep it true when the address changes":
		"er führt zu diesem Anschluss ({0}), und Heimweg führt ihn nicht nach, wenn die Adresse wechselt",
	"the name in dns.names, or another address": "der Name in dns.names, oder eine andere Adresse",
	"TLS on every port that asks for a password": "TLS auf jedem Port, der ein Passwort will",
	"its certificate ended on {0.}": "sein Zertifikat lief am {0} ab",
	"a new one, and servers that have read it": "ein neues, und Server, die es gelesen haben",
	"its certificate is for {0}": "sein Zertifikat ist für {0}",
	"its certificate is for no name": "sein Zertifikat ist für keinen Namen",
	"one that has {0.} among its names": "eines, das {0} unter seinen Namen hat",
	"mail programs do not believe its certificate: {0}": "Mailprogramme glauben seinem Zertifikat nicht: {0}",
	"a certificate of a public authority, with the intermediate ones behind it":
		"ein Zertifikat einer öffentlichen Stelle, mit den Zwischenzertifikaten dahinter",
	"its certificate ends on {0.}": "sein Zertifikat läuft am {0} ab",
	"a renewal a month before the end": "eine Erneuerung einen Monat vor dem Ende",
	"its certificate is valid until {0.}": "sein Zertifikat gilt bis {0}",
	"the zone above, {0.}, knows of no domain {1.}": "die Zone darüber, {0}, kennt keine Domain {1}",
	"the domain registered, with the name servers of who hosts its zone":
		"die Domain registriert, mit den Nameservern dessen, der ihre Zone beherbergt",
	"the name server {0.} has no address": "der Nameserver {0} hat keine Adresse",
	"every name server of the zone answers": "jeder Nameserver der Zone antwortet",
	"the name servers have different versions of the zone: {0}":
		"die Nameserver haben verschiedene Stände der Zone: {0}",
	"all of them have the newest within seconds": "alle haben den neuesten innerhalb von Sekunden",
	"the zone has one name server, and nobody finds the domain while that is away":
		"die Zone hat einen Nameserver, und niemand findet die Domain, solange er weg ist",
	"two or more, apart from each other": "zwei oder mehr, voneinander entfernt",
	"the zone above names {0}, and the zone itself {1}": "die Zone darüber nennt {0}, und die Zone selbst {1}",
	"the same name servers at the registrar as in the zone":
		"beim Registrar dieselben Nameserver wie in der Zone",
	"no key of OpenDKIM or Rspamd signs the domain's mail":
		"kein Schlüssel von OpenDKIM oder Rspamd signiert die Mail der Domain",
	"a key of {0#} bits, and a signer that uses it":
		"ein Schlüssel von {0} Bit, und ein Programm, das damit signiert",
	"a new key of {0#} bits, with a selector of its own":
		"ein neuer Schlüssel von {0} Bit, mit einem eigenen Selektor",
	"the key in {0} has {1#} bits, which is less than receivers like":
		"der Schlüssel in {0} hat {1} Bit, und das ist weniger, als Empfänger mögen",
	"only ed25519 keys sign, and many receivers cannot check them":
		"nur ed25519-Schlüssel signieren, und viele Empfänger können sie nicht prüfen",
	"an RSA key beside it": "ein RSA-Schlüssel daneben",
	"{0.} says it for this domain: {1.}": "{0} sagt es für diese Domain: {1}",
	"{0.} says it for this domain: none": "{0} sagt es für diese Domain: none",
	"reports go to {0.}, and {1.} does not say that it takes them, so nobody sends any":
		"Berichte gehen an {0}, und {1} sagt nicht, dass es sie nimmt; so schickt niemand welche",
	"this record in the zone of {0.}, or an address within the domain":
		"dieser Eintrag in der Zone von {0}, oder eine Adresse innerhalb der Domain",
	"the zone is not signed, so its records can be forged, and TLSA counts for nothing":
		"die Zone ist nicht signiert; ihre Einträge lassen sich fälschen, und TLSA zählt nichts",
	"a host that signs zones; deSEC signs every one": "ein Anbieter, der Zonen signiert; deSEC signiert jede",
	"the zone is signed, and the resolver of this machine leaves the signatures out":
		"die Zone ist signiert, und der Resolver dieser Maschine lässt die Signaturen weg",
	"a resolver that hands them on, as one of your own": "ein Resolver, der sie weitergibt, etwa ein eigener",
	"what the zone above says could not be asked": "was die Zone darüber sagt, war nicht zu erfragen",
	"the zone is signed, and the zone above does not vouch for it":
		"die Zone ist signiert, und die Zone darüber bürgt nicht für sie",
	"this DS record at the registrar": "dieser DS-Eintrag beim Registrar",
	"the zone above vouches for another key ({0}), so whoever validates finds nothing of the domain":
		"die Zone darüber bürgt für einen anderen Schlüssel ({0}); wer prüft, findet von der Domain nichts",
	"no DS record, as long as the zone is not signed": "kein DS-Eintrag, solange die Zone nicht signiert ist",
	"validated from the root down": "von der Wurzel an geprüft",
	"the resolver here, which validates, does not believe the zone":
		"der Resolver hier, der prüft, glaubt der Zone nicht",
	"it does not validate: {0}": "die Prüfung scheitert: {0}",
	"signatures that hold, so that whoever validates finds the domain":
		"Signaturen, die halten, damit die Domain findet, wer prüft",
	"the answer came without signatures, and nothing says why":
		"die Antwort kam ohne Signaturen, und nichts sagt, warum",
	"whether it validates was not looked at: delv is not installed":
		"ob die Prüfung gelingt, wurde nicht angesehen: delv ist nicht installiert",
	"delv could not find out: {0}": "delv konnte es nicht herausfinden: {0}",
	"the daemon that runs is version {0.}, and {1.} is installed":
		"der laufende Daemon ist Version {0}, und installiert ist {1}",
	"a restart, which is no outage": "ein Neustart, der kein Ausfall ist",
	"the clock is off by {0#} s": "die Uhr geht um {0} s falsch",
	"a clock that is kept by time servers": "eine Uhr, die von Zeitservern gestellt wird",
	"nothing keeps the clock right": "nichts hält die Uhr richtig",
	"whether the clock is right could not be found out": "ob die Uhr richtig geht, war nicht herauszufinden",
	"it is right": "sie geht richtig",
	"{0#} % are free": "{0} % sind frei",
	"{0#} % of its files are left": "{0} % seiner Dateien sind noch frei",
	"{0#} % of its space are left": "{0} % seines Platzes sind noch frei",
	"room for the mail that comes": "Platz für die Mail, die kommt",
	"it runs version {0.}": "es läuft in Version {0}",
	"it runs version {0.}, and this home {1.}": "es läuft in Version {0}, und dieser Heimserver in {1}",
	"the same version on both sides": "dieselbe Version auf beiden Seiten",
	"no MTA-STS is set up, and none is needed": "MTA-STS ist nicht eingerichtet, und das muss es nicht sein",
	"there are {0#} records, and senders take none": "es gibt {0} Einträge, und Absender nehmen keinen",
	"one record, with an id that changes when the policy does":
		"ein Eintrag, mit einer id, die sich mit der Richtlinie ändert",
	'"{0}" is not what senders understand': '"{0}" ist nicht, was Absender verstehen',
	"v=STSv1 and an id of letters and digits": "v=STSv1 und eine id aus Buchstaben und Ziffern",
	"a policy is announced, and cannot be fetched: {0}":
		"eine Richtlinie ist angekündigt und nicht zu holen: {0}",
	"the file, with a certificate for mta-sts.{0}; or no announcement, as long as nobody serves it":
		"die Datei, mit einem Zertifikat für mta-sts.{0}; oder keine Ankündigung, solange niemand sie ausliefert",
	"a policy is announced, and the web server answers {0#}":
		"eine Richtlinie ist angekündigt, und der Webserver antwortet {0}",
	"status 200 without a redirect; or no announcement, as long as nobody serves it":
		"Status 200 ohne Umleitung; oder keine Ankündigung, solange niemand sie ausliefert",
	"senders cannot read the policy: {0}": "Absender können die Richtlinie nicht lesen: {0}",
	"the four fields version, mode, mx and max_age": "die vier Felder version, mode, mx und max_age",
	"mode {0.}, mx {1}": "mode {0}, mx {1}",
	"the policy allows {0}, and the MX is {1.}": "die Richtlinie erlaubt {0}, und der MX ist {1}",
	"the MX in the policy, or senders that follow it do not deliver":
		"der MX in der Richtlinie, sonst liefern Absender, die ihr folgen, nicht aus",
	"it asks {0.}, which ended in {1}": "da wird {0} gefragt, das es seit {1} nicht mehr gibt",
	"only lists that are there": "nur Listen, die es gibt",
	"OpenDKIM and Rspamd both have a key that signs: {0}":
		"OpenDKIM und Rspamd haben beide einen Schlüssel, der signiert: {0}",
	"one signer, at home": "ein Programm, das signiert, zu Hause",
	"Postfix's queue could not be read": "Postfix' Warteschlange war nicht zu lesen",
	"no mail waits for long": "keine Mail wartet lange",
	"the oldest mail has waited for {0#} h": "die älteste Mail wartet seit {0} h",
	"what keeps it put right; after five days it goes back to its sender":
		"beheben, was sie hält; nach fünf Tagen geht sie an den Absender zurück",
	"it gives an address for a name that does not exist: {0}":
		"er nennt eine Adresse für einen Namen, den es nicht gibt: {0}",
	"a resolver that says so when there is nothing, or mail to slips of the pen waits for days":
		"ein Resolver, der sagt, wenn es nichts gibt; sonst wartet Mail an verschriebene Adressen tagelang",
	"there is no MX record, so mail goes to the domain's own address, or nowhere":
		"es gibt keinen MX-Eintrag; Mail geht an die eigene Adresse der Domain, oder nirgendwohin",
	"one that names the relay": "einer, der das Relay nennt",
	nothing: "nichts",
	"the resolver here says {0}, and the zone's own servers {1}: it remembers what was, or does not say what it heard":
		"der Resolver hier sagt {0}, und die eigenen Server der Zone {1}: er hat sich gemerkt, was war, oder sagt nicht, was er hörte",
	"resolvers that answer, in /etc/resolv.conf": "Resolver, die antworten, in /etc/resolv.conf",
	"whether something else writes the records: {0} may be read only by root":
		"ob noch etwas die Einträge schreibt: {0} darf nur root lesen",
	"it writes TLSA when the key has changed already, and whoever checks in between does not deliver":
		"es schreibt TLSA erst, wenn der Schlüssel schon gewechselt hat, und wer dazwischen prüft, liefert nicht aus",
	"no TLSA for names of the home; the relay's key is what senders see":
		"kein TLSA für Namen von zu Hause; Absender sehen den Schlüssel des Relays",
	"it writes records at deSEC as well, and the two take turns":
		"es schreibt ebenfalls Einträge bei deSEC, und beide wechseln sich ab",
	"one who writes: Heimweg keeps the names in dns.names":
		"einer, der schreibt: Heimweg führt die Namen in dns.names nach",
	"mail from {0.} passes; look-ups: {1#}": "Mail von {0} besteht; Nachfragen: {1}",
	"what SPF says of {0.} could not be found out: {1}": "was SPF von {0} sagt, war nicht herauszufinden: {1}",
	"more than {0#} of its terms find nothing, which is an error for every receiver":
		"mehr als {0} seiner Ausdrücke finden nichts, was für jeden Empfänger ein Fehler ist",
	"terms that find something; the others taken out":
		"Ausdrücke, die etwas finden; die anderen herausgenommen",
	"it needs more than {0#} look-ups with all that it includes, which is an error for every receiver":
		"mit allem, was er einschließt, braucht er mehr als {0} Nachfragen, was für jeden Empfänger ein Fehler ist",
	"fewer terms with include, a, mx, ptr and exists": "weniger Ausdrücke mit include, a, mx, ptr und exists",
	"receivers cannot read it: {0}": "Empfänger können ihn nicht lesen: {0}",
	"a record that can be read; strings are joined without a blank":
		"ein Eintrag, der zu lesen ist; Zeichenketten werden ohne Leerzeichen aneinandergefügt",
	"mail from {0.}, which the relay sends from, does not pass: {1.}":
		"Mail von {0}, von wo das Relay sendet, besteht nicht: {1}",
	"the relay's address among those that may send": "die Adresse des Relays unter denen, die senden dürfen",
	'"{0}" is not what senders understand, and they report to nobody':
		'"{0}" ist nicht, was Absender verstehen, und sie berichten niemandem',
	"one record with v=TLSRPTv1 and rua= with mailto: or https: addresses":
		"ein Eintrag mit v=TLSRPTv1 und rua= mit Adressen, die mit mailto: oder https: beginnen",
	"no TLSA is set up, and none is needed": "TLSA ist nicht eingerichtet, und es braucht keines",
	"the relay's key was not seen": "der Schlüssel des Relays war nicht zu sehen",
	"none of the records is of usage 2 or 3, and senders pass over the others":
		"kein Eintrag hat die Verwendung 2 oder 3, und über andere gehen Absender hinweg",
	"3 1 1 with the hash of the relay's key": "3 1 1 mit dem Hash des Schlüssels des Relays",
	"the relay shows another key than the records say, so whoever checks does not deliver":
		"das Relay zeigt einen anderen Schlüssel, als die Einträge sagen; wer prüft, liefert nicht aus",
	"the hash of the key in use, and a new one beside it before the key changes":
		"der Hash des Schlüssels in Gebrauch, und ein neuer daneben, bevor der Schlüssel wechselt",
	"3 1 1 with the hash of the relay's key, which is kept over renewals":
		"3 1 1 mit dem Hash des Schlüssels des Relays, der über Erneuerungen bleibt",
	"a record names the certificate authority, and breaks when that changes its intermediate":
		"ein Eintrag nennt die Zertifizierungsstelle und bricht, wenn sie ihr Zwischenzertifikat wechselt",
	"a record names the whole certificate, and breaks at each renewal":
		"ein Eintrag nennt das ganze Zertifikat und bricht bei jeder Erneuerung",
	"it is there, and nobody looks at it: mail goes to the relay, and mail programs do not ask for TLSA":
		"er ist da, und niemand sieht ihn an: Mail geht zum Relay, und Mailprogramme fragen nicht nach TLSA",
	"no TLSA at names of the home; it would only be wrong after the next change of the key":
		"kein TLSA an Namen von zu Hause; nach dem nächsten Wechsel des Schlüssels wäre er nur falsch",
	'"h={0}" leaves SHA-256 out, and receivers take nothing else (RFC 8301, 3.1)':
		'"h={0}" lässt SHA-256 aus, und Empfänger nehmen nichts anderes (RFC 8301, 3.1)',
	'"s={0}" says that the key is not for mail': '"s={0}" sagt, dass der Schlüssel nicht für Mail ist',
	"nothing listens at {0.}": "an {0} lauscht nichts",
	"{0.} did not answer in time": "{0} antwortete nicht rechtzeitig",
	"{0.} does not go over to TLS: {1}": "{0} geht nicht zu TLS über: {1}",
	"the TLS handshake with {0.} failed: {1}": "der TLS-Handshake mit {0} misslang: {1}",
	"it answers; whether it hands on anybody's mail was asked several times within the hour, and is asked again later: a server shuts out who it refuses often":
		"es antwortet; ob es Mail von jedem weitergibt, wurde binnen einer Stunde mehrmals gefragt und wird später wieder gefragt: ein Server sperrt aus, wen er oft abweist",
	"Postfix here could not be asked at port 25 of 127.0.0.1":
		"Postfix hier war an Port 25 von 127.0.0.1 nicht zu fragen",
	'Postfix here refuses mail for {0}, which the relay takes: "{1}"':
		'Postfix hier weist Mail für {0} ab, die das Relay annimmt: "{1}"',
	"an alias of it, to somebody who reads it": "ein Alias dafür, zu jemandem, der sie liest",
	"it does not expire, as the configuration says": "es läuft nicht ab, wie die Konfiguration sagt",
	"deSEC does not tell a limited token when it expires, and the configuration does not say it; once it has, deSEC refuses it (401), and dns.failing tells":
		"deSEC sagt einem beschränkten Token nicht, wann es abläuft, und die Konfiguration sagt es nicht; ist es so weit, weist deSEC es ab (401), und dns.failing sagt es",
	'in the section [dns] its date, as desec.io shows it, or "never"':
		'im Abschnitt [dns] sein Datum, wie desec.io es zeigt, oder "never"',
	"it is valid until {0}": "es gilt bis {0}",
	"it expires on {0}, and then no record follows a new address":
		"es läuft am {0} ab, und dann folgt kein Record einer neuen Adresse",
	"it has expired on {0}, as the configuration says: no record follows a new address":
		"es ist am {0} abgelaufen, wie die Konfiguration sagt: kein Record folgt einer neuen Adresse",
	"a new token with the same policies, and its date in dns.token_expires":
		"ein neues Token mit denselben Regeln, und sein Datum in dns.token_expires",
	"{0} may issue for the account {1} alone, and which is in use was not looked at":
		"{0} darf nur für das Konto {1} ausstellen, und welches in Gebrauch ist, wurde nicht nachgesehen",
	"that account, where the certificate is renewed": "dieses Konto dort, wo das Zertifikat erneuert wird",
};
