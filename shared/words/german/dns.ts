/** What deSEC and the name servers say, and why a connection failed. */
export const dns = {
	"find the zone of {0}": "die Zone von {0} finden",
	"read the domain {0}": "die Domain {0} lesen",
	"read the RRsets of {0}": "die RRsets von {0} lesen",
	"change {0} of {1.}": "{0} von {1} ändern",
	"set the addresses of {0} through dynDNS": "die Adressen von {0} über dynDNS setzen",
	"deSEC: wanted to {0}, but no domain of the token's account holds it":
		"deSEC: {0} ging nicht: keine Domain im Konto des Tokens enthält ihn",
	"add the domain at desec.io, or see that the token belongs to the right account":
		"die Domain bei desec.io anlegen, oder dafür sorgen, dass das Token zum richtigen Konto gehört",
	"deSEC: wanted to {0}, but there are more than {1} pages":
		"deSEC: {0} ging nicht: es sind mehr als {1} Seiten",
	"deSEC: wanted one more request, but its limit on {0} leaves no room for {1} s":
		"deSEC: noch eine Anfrage ging nicht: die Grenze für {0} lässt {1} s lang keine zu",
	"nothing; it is tried again when there is room":
		"nichts; es wird wieder versucht, sobald es zugelassen ist",
	"deSEC: wanted to {0}, but {1}: {2}": "deSEC: {0} ging nicht: {1}: {2}",
	"deSEC: wanted to {0}, but {1} ({2})": "deSEC: {0} ging nicht: {1} ({2})",
	"deSEC: wanted to {0}, but {1} ({2#}: {3})": "deSEC: {0} ging nicht: {1} ({2}: {3})",
	"deSEC: wanted to {0} and expected {1}, but what came is {2} ({3#})":
		"deSEC: {0} ging nicht: erwartet war {1}, gekommen ist {2} ({3})",
	'deSEC: wanted to {0} and expected {1}, but what came is "{2}" ({3#})':
		'deSEC: {0} ging nicht: erwartet war {1}, gekommen ist "{2}" ({3})',
	"deSEC: wanted to {0}, but the answer is larger than {1#} MiB":
		"deSEC: {0} ging nicht: die Antwort ist größer als {1} MiB",
	"deSEC: wanted the token, but what was read is empty":
		"deSEC: das Token ist nicht zu gebrauchen: die Datei ist leer",
	"deSEC: wanted the token, but what was read is no token (one line of 8 to 512 printable characters)":
		"deSEC: das Token ist nicht zu gebrauchen: was gelesen wurde, ist keines (eine Zeile von 8 bis 512 druckbaren Zeichen)",
	"put the secret of a token, and nothing else, into the file that dns.token_file names":
		"das Geheimnis eines Tokens, und sonst nichts, in die Datei schreiben, die dns.token_file nennt",
	"deSEC: wanted to write {0} of {1}, but the token may not do that (403)":
		"deSEC: {0} von {1} schreiben ging nicht: das Token darf das nicht (403)",
	"at desec.io give the token a policy with permission to write for each: {0}; then {1}":
		"bei desec.io dem Token für jedes davon eine Policy mit Schreiberlaubnis geben: {0}; dann {1}",
	"domain {0}, subname {1.}, type {2.}": "Domain {0}, Subname {1}, Typ {2}",
	"domain {0}, subname (empty), type {1.}": "Domain {0}, Subname (leer), Typ {1}",
	"the account is locked": "das Konto ist gesperrt",
	"a web page": "eine Webseite",
	"the token was refused: it is unknown or has expired":
		"das Token wurde abgelehnt: es ist unbekannt oder abgelaufen",
	"the token may not do that": "das Token darf das nicht",
	"there is no such domain or RRset in the token's account":
		"im Konto des Tokens gibt es diese Domain oder dieses RRset nicht",
	"the change breaks deSEC's rules": "die Änderung verletzt die Regeln von deSEC",
	"somebody else was changing it": "jemand anderes war dabei, es zu ändern",
	"there were too many requests": "es waren zu viele Anfragen",
	"deSEC has trouble": "deSEC hat eine Störung",
	"it cannot be reached": "es ist nicht zu erreichen",
	"the answer is not deSEC's": "die Antwort ist nicht von deSEC",
	"log in at desec.io and see what it says, or write to support@desec.io; the token may stay as it is":
		"bei desec.io anmelden und nachsehen, was es sagt, oder an support@desec.io schreiben; das Token kann bleiben, wie es ist",
	"look at desec.io whether the token is there, not past its maximum age or bound to other addresses; else make one and put its secret into the file that dns.token_file or LoadCredential= names":
		"bei desec.io nachsehen, ob das Token da ist, sein Höchstalter nicht überschritten hat und nicht an andere Adressen gebunden ist; sonst eines anlegen und sein Geheimnis in die Datei schreiben, die dns.token_file oder LoadCredential= nennt",
	"allow the token to write {0}: its policies at desec.io, with permission to write":
		"dem Token erlauben, {0} zu schreiben: seine Policies bei desec.io, mit Schreiberlaubnis",
	"the names in dns.names": "die Namen in dns.names",
	"see that the domain is in the account that the token belongs to, and dns.names is right":
		"dafür sorgen, dass die Domain in dem Konto ist, zu dem das Token gehört, und dns.names stimmt",
	"see what else is at these names in the deSEC account, and the names in dns.names":
		"nachsehen, was im deSEC-Konto sonst bei diesen Namen steht, und die Namen in dns.names",
	"see what else changes this account's domains; Heimweg waits as long as deSEC says":
		"nachsehen, was sonst die Domains dieses Kontos ändert; Heimweg wartet, so lange deSEC sagt",
	"nothing; it is tried again by itself (status: desec.io)":
		"nichts; es wird von selbst wieder versucht (Zustand: desec.io)",
	"see that nothing on the line answers in deSEC's place, and that the URLs in [dns] are right":
		"dafür sorgen, dass auf der Leitung nichts an Stelle von deSEC antwortet und die URLs in [dns] stimmen",
	"{0}; then {1}": "{0}; dann {1}",
	"look at the token; then {0}": "das Token ansehen; dann {0}",
	'run "systemctl restart {0}", which is no outage':
		'"systemctl restart {0}" ausführen, das ist keine Unterbrechung',
	"the records of {0} at deSEC are not what was written, again and again":
		"die Einträge von {0} bei deSEC sind immer wieder nicht, was geschrieben wurde",
	"look for another program that writes them: an old cron job, ddclient, or the router":
		"nach einem anderen Programm suchen, das sie schreibt: ein alter Cronjob, ddclient oder der Router",
	"{0} cannot have an address, because at deSEC there is a CNAME at that name":
		"{0} kann keine Adresse haben, weil bei deSEC unter dem Namen ein CNAME steht",
	"delete the CNAME at desec.io, or take the name out of dns.names":
		"den CNAME bei desec.io löschen oder den Namen aus dns.names herausnehmen",
	"{0.} is not in the zone {1.}": "{0} ist nicht in der Zone {1}",
	"the name servers of {0} could not be found ({1}) and":
		"die Nameserver von {0} waren nicht zu finden ({1}) und",
	"none of {0}'s name servers ({1}) has an address that may be asked":
		"keiner der Nameserver von {0} ({1}) hat eine Adresse, die gefragt werden darf",
	"the name server did not answer within {0} s": "der Nameserver hat {0} s lang nicht geantwortet",

	"its name cannot be resolved within {0} s": "sein Name lässt sich in {0} s nicht auflösen",
	"no connection within {0} s": "keine Verbindung in {0} s",
	"nothing whole within {0} s": "nichts Ganzes in {0} s",
	"there is no right answer from {0.}": "von {0} kommt keine richtige Antwort",
	"{0.} cannot be reached": "{0} ist nicht zu erreichen",
	"check the line to the internet; it is tried again by itself":
		"den Internetanschluss prüfen; es wird von selbst wieder versucht",
	"no trustworthy TLS connection ({0}: {1})": "keine vertrauenswürdige TLS-Verbindung ({0}: {1})",
	"check the clock of this machine and its package ca-certificates":
		"die Uhr dieses Rechners und sein Paket ca-certificates prüfen",
	"it is not HTTP": "es ist kein HTTP",
	"check the line and the resolver of this machine": "den Anschluss und den Resolver dieses Rechners prüfen",
	"its name does not exist": "sein Name existiert nicht",
	"its name cannot be resolved": "sein Name lässt sich nicht auflösen",
	"connection refused": "Verbindung abgelehnt",
	"no route to it": "kein Weg dorthin",
	"this machine has no address to reach it from":
		"dieser Rechner hat keine Adresse, von der aus es zu erreichen wäre",
	"the connection was cut": "die Verbindung wurde unterbrochen",
	"the answer was cut short": "die Antwort wurde abgeschnitten",
	"no answer in time": "keine Antwort in der erlaubten Zeit",
	"the answer stopped halfway": "die Antwort brach auf halbem Weg ab",
	"the answer is too long": "die Antwort ist zu lang",
	"no connection": "keine Verbindung",
	"no answer within {0} s": "keine Antwort in {0} s",
	"{0.}: asked too often": "{0}: zu oft gefragt",
	"answered {0#}": "antwortete {0}",
	"answered {0.}, which is not IPv{1#}": "antwortete {0}, und das ist nicht IPv{1}",
} as const;
