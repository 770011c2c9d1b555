/** The conditions of a relay, and what its commands answer. */
export const relay = {
	"the relay": "das Relay",
	"this relay": "dieses Relay",
	"this home": "dieser Heimserver",
	"the home {0.}": "der Heimserver {0}",
	"the other machine": "der andere Rechner",

	"a home refuses a recipient of its own list, and its mail goes back":
		"ein Heimserver lehnt einen Empfänger seiner eigenen Liste ab, und dessen Mail geht zurück",
	"mail for {0} went back to its sender: the home {1} refused {2}, who stands in its own list of valid recipients; {3}; Postfix says: {4}":
		"Mail für {0} ging an ihren Absender zurück: der Heimserver {1} hat {2} abgelehnt, obwohl er in seiner eigenen Liste gültiger Empfänger steht; {3}; Postfix sagt: {4}",
	'{0}; then run "heimweg-relay verify {1}" here, which asks the home again without a mail':
		'{0}; dann hier "heimweg-relay verify {1}" ausführen, das fragt den Heimserver ohne eine Mail noch einmal',
	"a home refuses mail that the relay took for it, and it goes back":
		"ein Heimserver lehnt Mail ab, die das Relay für ihn angenommen hat, und sie geht zurück",
	"mail for {0} went back to its sender: the home {1} knows {2}, and refused what the relay had taken; {3}; Postfix says: {4}":
		"Mail für {0} ging an ihren Absender zurück: der Heimserver {1} kennt {2} und hat abgelehnt, was das Relay angenommen hatte; {3}; Postfix sagt: {4}",
	"let the relay refuse it at once (the same message_size_limit on both machines, and the same filter here): a mail that is sent back may go to somebody who never wrote it":
		"das Relay sie gleich ablehnen lassen (dasselbe message_size_limit auf beiden Rechnern, und derselbe Filter hier): eine Mail, die zurückgeschickt wird, kann an jemanden gehen, der sie nie geschrieben hat",
	"a home took mail, and sent it back to its sender":
		"ein Heimserver hat Mail angenommen und an ihren Absender zurückgeschickt",
	"mail for {0} went back to its sender: the home {1} took it for {2}, and could not deliver it; {3}; Postfix there says: {4}":
		"Mail für {0} ging an ihren Absender zurück: der Heimserver {1} hat sie für {2} angenommen und konnte sie nicht zustellen; {3}; der Postfix dort sagt: {4}",
	"mail that a home refuses is held instead of sent back":
		"Mail, die ein Heimserver ablehnt, wird festgehalten statt zurückgeschickt",
	"mail for the home {0.} is held here, which would have gone back to its sender: the home refuses {1.}; {2}; Postfix says: {3}; the oldest goes back after {4}":
		"Mail für den Heimserver {0} wird hier festgehalten, die an ihren Absender zurückgegangen wäre: der Heimserver lehnt {1} ab; {2}; Postfix sagt: {3}; die älteste geht nach dem {4} zurück",
	"mail for the home {0.} is held here, which would have gone back to its sender: the home refuses {1.}; {2}; Postfix says: {3}; it waits for recipients elsewhere too, and goes back when Postfix gives it up":
		"Mail für den Heimserver {0} wird hier festgehalten, die an ihren Absender zurückgegangen wäre: der Heimserver lehnt {1} ab; {2}; Postfix sagt: {3}; sie wartet auch auf Empfänger anderswo und geht zurück, wenn Postfix sie aufgibt",
	'{0}; what the home takes then is delivered by itself; to send back what is held, run "heimweg-relay let-go {1}"':
		'{0}; was der Heimserver dann annimmt, wird von selbst zugestellt; um zurückzuschicken, was festgehalten wird, "heimweg-relay let-go {1}" ausführen',
	"mail that is held is not looked after": "um Mail, die festgehalten wird, kümmert sich niemand",
	"mail that is held for a home that refuses it is not looked after: {0}":
		"um Mail, die für einen Heimserver festgehalten wird, der sie ablehnt, kümmert sich niemand: {0}",
	"postfix.hold is set in relay.toml, and Postfix does not know of it: mail still goes back":
		"postfix.hold ist in relay.toml gesetzt, und Postfix weiß nichts davon: Mail geht weiter zurück",
	'run "heimweg-relay postfix --apply"': '"heimweg-relay postfix --apply" ausführen',
	"look at the reason; heimweg-relay tries again by itself":
		"den Grund ansehen; heimweg-relay versucht es von selbst wieder",
	"the mails cannot be let go: {0}": "die Mails lassen sich nicht freigeben: {0}",
	'look at "systemctl status heimweg-relay-expire.path heimweg-relay-expire.service"':
		'"systemctl status heimweg-relay-expire.path heimweg-relay-expire.service" ansehen',
	"no mail is held: postfix.hold is not set in relay.toml":
		"keine Mail wird festgehalten: postfix.hold ist in relay.toml nicht gesetzt",
	'no mail is held for a home "{0}"': 'für einen Heimserver "{0}" wird keine Mail festgehalten',
	"no mail goes back: what is held for the home {0} waits for recipients elsewhere too, and Postfix would send it back for all of them":
		"keine Mail geht zurück: was für den Heimserver {0} festgehalten wird, wartet auch auf Empfänger anderswo, und Postfix würde es für alle zurückschicken",
	"1 mail for the home {0} goes back now, unless the home takes it after all":
		"1 Mail für den Heimserver {0} geht jetzt zurück, außer er nimmt sie doch noch an",
	"{0#} mails for the home {1} go back now, unless the home takes them after all":
		"{0} Mails für den Heimserver {1} gehen jetzt zurück, außer er nimmt sie doch noch an",

	"check-ins cannot be received": "Check-ins können nicht empfangen werden",
	"the check-in port cannot be served: {0}": "der Port für Check-ins lässt sich nicht bedienen: {0}",
	"heimweg-relay tries again every second": "heimweg-relay versucht es jede Sekunde wieder",
	"another program holds the check-in port": "ein anderes Programm hält den Port für Check-ins",
	"TCP port {0} on {1} is held by another program {2}; no home can check in or tell its recipients":
		"TCP-Port {0} auf {1} wird von einem anderen Programm {2} gehalten; kein Heimserver kann sich melden oder seine Empfänger nennen",
	"TCP port {0} on {1} is held by another program; no home can check in or tell its recipients":
		"TCP-Port {0} auf {1} wird von einem anderen Programm gehalten; kein Heimserver kann sich melden oder seine Empfänger nennen",
	'run "{0}" as root to see which program it is, and end it; heimweg-relay takes the port within a second':
		'als root "{0}" ausführen, um zu sehen, welches Programm es ist, und es beenden; heimweg-relay nimmt den Port binnen einer Sekunde',
	"end that program, or choose another checkin.port here and relays.checkin_port at every home":
		"dieses Programm beenden, oder hier einen anderen checkin.port und auf jedem Heimserver einen anderen relays.checkin_port wählen",
	"end that program, or choose another pulse.port here and relays.pulse_port at every home":
		"dieses Programm beenden, oder hier einen anderen pulse.port und auf jedem Heimserver einen anderen relays.pulse_port wählen",
	'of the user "{0}"': 'des Benutzers "{0}"',
	"of the user with the number {0}": "des Benutzers mit der Nummer {0}",
	"a home and the relay see different addresses": "ein Heimserver und das Relay sehen verschiedene Adressen",
	"the home {0} believes its address to be {1}, and comes here from {2}":
		"der Heimserver {0} hält {1} für seine Adresse und kommt hier von {2}",
	"this is normal for a home with two lines; otherwise its records point to the wrong address":
		"bei einem Heimserver mit zwei Anschlüssen ist das normal; sonst zeigen seine Einträge auf die falsche Adresse",
	"this address is no home's": "diese Adresse gehört keinem Heimserver",
	"more than {0#} check-ins in a minute": "mehr als {0} Check-ins in einer Minute",
	"this is another home's key by now": "dies ist inzwischen der Schlüssel eines anderen Heimservers",
	"this home speaks TLS here, and nothing else is believed":
		"dieser Heimserver spricht hier TLS, und nichts anderem wird geglaubt",
	"the bearer is not the one that follows from the two WireGuard keys":
		"der Bearer ist nicht der, der aus den beiden WireGuard-Schlüsseln folgt",
	"this relay takes no lists of recipients": "dieses Relay nimmt keine Empfängerlisten an",
	"this is no check-in": "das ist kein Check-in",
	"this is no list of recipients": "das ist keine Empfängerliste",

	"Postfix takes a home's domain for its own": "Postfix hält die Domain eines Heimservers für seine eigene",
	"this relay's Postfix counts {0} among its own domains ({1}), so it refuses mail for it as for unknown users (550)":
		"der Postfix dieses Relays zählt {0} zu seinen eigenen Domains ({1}) und lehnt Mail dafür ab wie für unbekannte Benutzer (550)",
	"this relay's Postfix counts {0} among its own domains ({1}), so it refuses mail for them as for unknown users (550)":
		"der Postfix dieses Relays zählt {0} zu seinen eigenen Domains ({1}) und lehnt Mail dafür ab wie für unbekannte Benutzer (550)",
	'take {0}, which stands for {1}, out of {2} in {3} on this relay, then run "postfix reload"':
		'auf diesem Relay {0}, das für {1} steht, in {3} aus {2} herausnehmen, dann "postfix reload" ausführen',
	'take {0}, which stands for {1}, out of {2} (there: {3}) on this relay, then run "postfix reload"':
		'auf diesem Relay {0}, das für {1} steht, aus {2} herausnehmen (dort: {3}), dann "postfix reload" ausführen',
	'take {0} out of {1} in {2} on this relay, then run "postfix reload"':
		'auf diesem Relay {0} in {2} aus {1} herausnehmen, dann "postfix reload" ausführen',
	'take {0} out of {1} (there: {2}) on this relay, then run "postfix reload"':
		'auf diesem Relay {0} aus {1} herausnehmen (dort: {2}), dann "postfix reload" ausführen',
	"Postfix cannot open a table that it asks for every mail":
		"Postfix kann eine Tabelle nicht öffnen, die er für jede Mail fragt",
	"this relay's Postfix asks {0} for every mail ({1}) and cannot open it, so it puts off all mail (451): {2}":
		"der Postfix dieses Relays fragt {0} für jede Mail ({1}), kann sie nicht öffnen und schiebt alle Mail auf (451): {2}",
	'on this relay, {0}, then run "postfix reload"': 'auf diesem Relay {0}, dann "postfix reload" ausführen',
	"Postfix does not listen where mail comes in": "Postfix lauscht nicht dort, wo Mail hereinkommt",
	"this relay's Postfix takes no mail from the internet: {0}":
		"der Postfix dieses Relays nimmt keine Mail aus dem Internet: {0}",
	"this relay's Postfix takes no mail from the homes, so what they send waits there: {0}":
		"der Postfix dieses Relays nimmt keine Mail von den Heimservern, was sie senden, wartet dort: {0}",
	"on this relay, {0}": "auf diesem Relay {0}",
	"Postfix does not ask Heimweg who is valid": "Postfix fragt Heimweg nicht, wer gültig ist",
	"this relay's Postfix asks only {0} who is valid (relay_recipient_maps), so mail to all others of the homes' recipients is refused (550)":
		"der Postfix dieses Relays fragt nur {0}, wer gültig ist (relay_recipient_maps); Mail an alle anderen Empfänger der Heimserver wird abgelehnt (550)",
	"this relay's Postfix asks only {0} who is valid (relay_recipient_maps of the service in master.cf), so mail to all others of the homes' recipients is refused (550)":
		"der Postfix dieses Relays fragt nur {0}, wer gültig ist (relay_recipient_maps des Dienstes in master.cf); Mail an alle anderen Empfänger der Heimserver wird abgelehnt (550)",
	'run "postconf -PX {0}" on this relay, then run "postfix reload"':
		'auf diesem Relay "postconf -PX {0}" ausführen, dann "postfix reload"',
	'run "heimweg-relay postfix --apply" on this relay':
		'auf diesem Relay "heimweg-relay postfix --apply" ausführen',
	"a service in master.cf undoes what Heimweg set":
		"ein Dienst in master.cf hebt auf, was Heimweg gesetzt hat",
	'on this relay, the service {0} in master.cf has "-o {1}={2}", which undoes what Heimweg set in main.cf: {3}':
		'auf diesem Relay hat der Dienst {0} in master.cf "-o {1}={2}", und das hebt auf, was Heimweg in main.cf gesetzt hat: {3}',
	"mail for the homes is not taken to them": "Mail für die Heimserver wird nicht zu ihnen gebracht",
	"mail for the homes is refused (454)": "Mail für die Heimserver wird abgelehnt (454)",
	"the homes may not send through it": "die Heimserver dürfen nicht darüber senden",
	"the service that brings mail to the homes was changed":
		"der Dienst, der Mail zu den Heimservern bringt, wurde verändert",
	"{0.} = (nothing)": "{0} = (leer)",
	"on this relay, Postfix's service {0}, which brings mail through the tunnel, has {1}, so mail does not get to the homes":
		"auf diesem Relay hat der Dienst {0} von Postfix, der Mail durch den Tunnel bringt, {1}; Mail gelangt darum nicht zu den Heimservern",
	'run "heimweg-relay postfix --apply" on this relay, which sets the service in master.cf right':
		'auf diesem Relay "heimweg-relay postfix --apply" ausführen, das berichtigt den Dienst in master.cf',
	"this relay's Postfix does not say how it is set up, so whether it takes mail is not known: {0}":
		"der Postfix dieses Relays sagt nicht, wie er eingerichtet ist; ob er Mail annimmt, ist nicht bekannt: {0}",
	'run "postfix check" on this relay and put right what it says':
		'"postfix check" auf diesem Relay ausführen und berichtigen, was es sagt',

	"A home's file is wrong": "die Datei eines Heimservers ist falsch",
	"{0} (what was last applied stays in force)": "{0} (was zuletzt angewandt wurde, gilt weiter)",
	"{0} (this home is not served)": "{0} (dieser Heimserver wird nicht bedient)",
	"{0.}: {1} (this home keeps what was last applied)":
		"{0}: {1} (für diesen Heimserver gilt weiter, was zuletzt angewandt wurde)",
	"correct the file; it is read again at once": "die Datei berichtigen; sie wird sofort neu gelesen",
	"A home claims what another home has": "ein Heimserver beansprucht, was ein anderer hat",
	"{0.}.toml: {1}; the file's change is not applied":
		"{0}.toml: {1}; die Änderung der Datei wird nicht angewandt",
	"{0.}.toml: {1}; this home is not served": "{0}.toml: {1}; dieser Heimserver wird nicht bedient",
	"{0.}: {1} is also claimed by {2}": "{0}: {1} wird auch von {2} beansprucht",
	"remove it from {0}.toml, or from {1} if it shall move":
		"es aus {0}.toml entfernen, oder aus {1}, wenn es umziehen soll",
	"Two homes claim the same thing": "zwei Heimserver beanspruchen dasselbe",
	"{0.}.toml: {1}; neither gets it and mail for it waits":
		"{0}.toml: {1}; keiner bekommt es, und Mail dafür wartet",
	"{0.}.toml: {1}; neither gets it and mail for this home's domains waits":
		"{0}.toml: {1}; keiner bekommt es, und Mail für die Domains dieses Heimservers wartet",
	"remove it from {0}.toml or from {1}": "es aus {0}.toml oder aus {1} entfernen",
	"The homes directory cannot be read": "der Ordner der Heimserver ist nicht lesbar",
	"{0.} cannot be read ({1}); all homes stay as they were":
		"{0} ist nicht lesbar ({1}); alle Heimserver bleiben, wie sie waren",
	'run "install -d -o root -g heimweg -m 0750 {0}"': '"install -d -o root -g heimweg -m 0750 {0}" ausführen',
	"there is no such directory": "es gibt diesen Ordner nicht",
	"it is no directory": "es ist kein Ordner",
	"Many homes vanished at once and are kept":
		"viele Heimserver sind auf einmal verschwunden und werden behalten",
	"the files of {0#} of {1#} homes vanished at once: {2}; they stay served":
		"die Dateien von {0} von {1} Heimservern sind auf einmal verschwunden: {2}; sie werden weiter bedient",
	'put the files back, or run "heimweg-relay accept-removals" if the homes shall go':
		'die Dateien zurücklegen, oder "heimweg-relay accept-removals" ausführen, wenn die Heimserver wegfallen sollen',
	"no longer served: {0}": "nicht mehr bedient: {0}",
	"no removal was held": "kein Wegfall wurde zurückgehalten",
	"The applied homes cannot be saved": "die angewandten Heimserver lassen sich nicht speichern",
	"the applied homes cannot be saved, and a restart may forget the last change: {0}":
		"die angewandten Heimserver lassen sich nicht speichern, und ein Neustart kann die letzte Änderung vergessen: {0}",
	"free some disk space, or correct the rights of the state directory":
		"Platz auf der Festplatte schaffen oder die Rechte des Zustandsordners berichtigen",

	"who shall be told lives in a home's own domain":
		"wer benachrichtigt werden soll, wohnt in der Domain eines Heimservers",
	"notify.mail is {0}, and mail for that domain is routed to a home of this relay: word of its absence would wait for its return":
		"notify.mail ist {0}, und Mail für diese Domain geht zu einem Heimserver dieses Relays: die Nachricht von seinem Ausfall würde auf seine Rückkehr warten",
	"write an address into notify.mail that does not depend on this relay":
		"in notify.mail eine Adresse schreiben, die nicht von diesem Relay abhängt",
	"mail to {0} is routed to a home of this relay": "Mail an {0} geht zu einem Heimserver dieses Relays",
	"Postfix does not take mail at {0}:{1} ({2})": "Postfix nimmt unter {0}:{1} keine Mail an ({2})",
	'look whether Postfix runs ("systemctl status postfix"), and whether inet_interfaces contains loopback':
		'nachsehen, ob Postfix läuft ("systemctl status postfix") und ob inet_interfaces loopback enthält',
	'Postfix did not take the mail: it answered {0} with "{1}"':
		'Postfix hat die Mail nicht angenommen: auf {0} hat er "{1}" geantwortet',
	"look at the answer; this machine's Postfix must take mail from 127.0.0.1 to {0}":
		"die Antwort ansehen; der Postfix dieses Rechners muss Mail von 127.0.0.1 an {0} annehmen",

	"the tunnel to the homes cannot be set up: {0}":
		"der Tunnel zu den Heimservern lässt sich nicht einrichten: {0}",
	'look at "wg show" and "ip address"; heimweg-relay tries again by itself':
		'"wg show" und "ip address" ansehen; heimweg-relay versucht es von selbst wieder',
	"a home's preshared key cannot be used": "der Preshared Key eines Heimservers ist nicht zu gebrauchen",
	"correct preshared_key_file in homes.d/{0}.toml, or the file it names":
		"preshared_key_file in homes.d/{0}.toml berichtigen, oder die Datei, die es nennt",
	"WireGuard did not take the peers of {0}": "WireGuard hat die Peers von {0} nicht angenommen",

	"Postfix cannot ask what the homes may send": "Postfix kann nicht fragen, was die Heimserver senden dürfen",
	"the homes' outgoing mail waits at home, because Postfix cannot ask what they may send: {0}":
		"die ausgehende Mail der Heimserver wartet dort, weil Postfix nicht fragen kann, was sie senden dürfen: {0}",
	"mail of a home was refused because of its sender":
		"Mail eines Heimservers wurde wegen ihres Absenders abgelehnt",
	"the relay did not send mail from {0} for the home {1}, because the sender is in none of its domains":
		"das Relay hat Mail von {0} für den Heimserver {1} nicht gesendet, weil der Absender in keiner seiner Domains ist",
	"the relay did not send mail from {0} and others for the home {1}, because the sender is in none of its domains":
		"das Relay hat Mail von {0} und anderen für den Heimserver {1} nicht gesendet, weil der Absender in keiner seiner Domains ist",
	"send with an address of an own domain; or, on the relay in homes.d/{0}.toml, add the sender's domain to domains if it is this home's, or write senders = \"any\" for a home that forwards mail":
		'mit einer Adresse einer eigenen Domain senden; oder auf dem Relay in homes.d/{0}.toml die Domain des Absenders zu domains hinzufügen, wenn sie diesem Heimserver gehört, oder senders = "any" schreiben für einen Heimserver, der Mail weiterleitet',
	"this tunnel address is no home's": "diese Tunneladresse gehört keinem Heimserver",
	"it is not settled whose {0} is": "es ist nicht geklärt, wem {0} gehört",
	"the folder {0} is missing": "der Ordner {0} fehlt",
	'run "heimweg-relay postfix --apply", which makes it, and "systemctl restart heimweg-relay"':
		'"heimweg-relay postfix --apply" ausführen, das legt ihn an, und "systemctl restart heimweg-relay"',
	"the socket {0} cannot be made: {1}": "der Socket {0} lässt sich nicht anlegen: {1}",
	'run "systemctl restart heimweg-relay"; if that does not help, add ReadWritePaths={0} to its unit with "systemctl edit heimweg-relay"':
		'"systemctl restart heimweg-relay" ausführen; wenn das nicht hilft, mit "systemctl edit heimweg-relay" ReadWritePaths={0} zur Unit hinzufügen',
	'run "chown heimweg:postfix {0}" and "chmod 2710 {1}"':
		'"chown heimweg:postfix {0}" und "chmod 2710 {1}" ausführen',

	"pulses cannot be received": "Pulse können nicht empfangen werden",
	"the pulse port cannot be served: {0}": "der Port für Pulse lässt sich nicht bedienen: {0}",
	"another program holds the pulse port": "ein anderes Programm hält den Port für Pulse",
	"UDP port {0} on {1} is held by another program {2}; no home's pulses are answered, and each counts as away":
		"UDP-Port {0} auf {1} wird von einem anderen Programm {2} gehalten; die Pulse keines Heimservers werden beantwortet, und jeder gilt als weg",
	"UDP port {0} on {1} is held by another program; no home's pulses are answered, and each counts as away":
		"UDP-Port {0} auf {1} wird von einem anderen Programm gehalten; die Pulse keines Heimservers werden beantwortet, und jeder gilt als weg",
	"the home is away": "der Heimserver ist weg",
	"no pulse from the home {0} since {1}; its mail waits here":
		"kein Puls vom Heimserver {0} seit {1}; seine Mail wartet hier",
	"no pulse from the home {0} since {1} ({2}); its mail waits here":
		"kein Puls vom Heimserver {0} seit {1} ({2}); seine Mail wartet hier",
	"the home {0} has not come yet; its mail waits here":
		"der Heimserver {0} hat sich noch nicht gemeldet; seine Mail wartet hier",
	"the home {0} has not come yet ({1}); its mail waits here":
		"der Heimserver {0} hat sich noch nicht gemeldet ({1}); seine Mail wartet hier",
	"the home {0} has not come since heimweg-relay started at {1}; its mail waits here":
		"der Heimserver {0} hat sich nicht gemeldet, seit heimweg-relay um {1} gestartet ist; seine Mail wartet hier",
	"the home {0} has not come since heimweg-relay started at {1} ({2}); its mail waits here":
		"der Heimserver {0} hat sich nicht gemeldet, seit heimweg-relay um {1} gestartet ist ({2}); seine Mail wartet hier",
	"{0} in {1.}.toml changed": "{0} in {1}.toml geändert",
	"{0} {1.} s before that": "{0}, {1} s davor",
	"{0} {1.} s after that": "{0}, {1} s danach",
	"{0} was changed since homes last came": "geändert, seit zuletzt Heimserver kamen: {0}",
	"{0} were changed since homes last came": "geändert, seit zuletzt Heimserver kamen: {0}",
	"this relay's key": "der Schlüssel dieses Relays",
	"its tunnel addresses": "seine Tunneladressen",
	"its WireGuard port": "sein WireGuard-Port",
	"its pulse port": "sein Port für Pulse",
	"{0} and {1}": "{0} und {1}",
	'look at home at "heimweg status" and the internet line; compare the keys with homes.d/{0}.toml':
		'zu Hause "heimweg status" und den Internetanschluss ansehen; die Schlüssel mit homes.d/{0}.toml vergleichen',
	'look at that change first; else look at home at "heimweg status" and the internet line; compare the keys with homes.d/{0}.toml':
		'zuerst diese Änderung ansehen; sonst zu Hause "heimweg status" und den Internetanschluss ansehen; die Schlüssel mit homes.d/{0}.toml vergleichen',
	"a home sends too many pulses": "ein Heimserver sendet zu viele Pulse",
	"the home {0} sends more than 5 pulses a second; the rest is dropped":
		"der Heimserver {0} sendet mehr als 5 Pulse in der Sekunde; der Rest wird verworfen",
	"look at that machine for a second agent or a program gone wild":
		"auf diesem Rechner nach einem zweiten Agenten oder einem verrückt gewordenen Programm sehen",
	"a home speaks an old version that is no longer believed":
		"ein Heimserver spricht eine alte Version, der nicht mehr geglaubt wird",
	"the home {0} has spoken version 2 of the protocol before, and now sends pulses of version 1, which any program could send":
		"der Heimserver {0} hat schon Version 2 des Protokolls gesprochen und sendet jetzt Pulse der Version 1, die jedes Programm senden könnte",
	"install the newer heimweg at the home {0} again; if the old one is wanted, stop heimweg-relay, remove the home's public key from identity.json in its state_dir, and start it":
		"auf dem Heimserver {0} wieder das neuere heimweg installieren; ist das alte gewollt, heimweg-relay anhalten, den öffentlichen Schlüssel des Heimservers aus identity.json in dessen state_dir entfernen und es wieder starten",
	"heimweg-relay falls behind": "heimweg-relay kommt nicht nach",
	"heimweg-relay stood still for about {0} s of the last minute, and could hear no pulses; no home counts as away because of it, but each is noticed late":
		"heimweg-relay stand in der letzten Minute etwa {0} s lang still und konnte keine Pulse hören; deshalb gilt kein Heimserver als weg, aber jeder wird spät bemerkt",
	'look with "top" on the relay at what keeps it busy; "heimweg-relay check-config" says whether the system gives enough room for pulses that wait':
		'auf dem Relay mit "top" ansehen, was es beschäftigt; "heimweg-relay check-config" sagt, ob das System genug Platz für wartende Pulse gibt',

	"waiting mail cannot be looked after": "um wartende Mail kann sich niemand kümmern",
	"mail that waits for a home goes out at Postfix's own times only: {0}":
		"Mail, die auf einen Heimserver wartet, geht nur zu den Zeiten von Postfix hinaus: {0}",
	"a home is here, but its mail server does not answer":
		"ein Heimserver ist da, aber sein Mailserver antwortet nicht",
	"the home {0} is here, but its mail server at {1} does not take the mail that waits: {2}":
		"der Heimserver {0} ist da, aber sein Mailserver unter {1} nimmt die wartende Mail nicht an: {2}",
	'look at home whether Postfix runs ("systemctl status postfix"), and whether a firewall there lets the relay\'s tunnel address in':
		'zu Hause nachsehen, ob Postfix läuft ("systemctl status postfix") und ob eine Firewall dort die Tunneladresse des Relays hereinlässt',
	"mail stays on the relay although the home's mail server answers":
		"Mail bleibt auf dem Relay, obwohl der Mailserver des Heimservers antwortet",
	"mail for the home {0} stays here although its mail server answers: {1}; Postfix says: {2}":
		"Mail für den Heimserver {0} bleibt hier, obwohl sein Mailserver antwortet: {1}; Postfix sagt: {2}",
	'{0}; "mailq" on the relay lists the mails, and Postfix tries them again until they are too old':
		'{0}; "mailq" auf dem Relay zeigt die Mails, und Postfix versucht sie wieder, bis sie zu alt sind',
	"mail to the world waits for a reason of the relay's own":
		"Mail in die Welt wartet aus einem Grund, der am Relay liegt",
	"mail to the world waits on this relay, since {0}; Postfix says: {1}":
		"Mail in die Welt wartet auf diesem Relay; der Grund: {0}; Postfix sagt: {1}",
	"mail for a home has waited for more than a day":
		"Mail für einen Heimserver wartet seit mehr als einem Tag",
	"mail for the home {0} has waited here since {1}": "Mail für den Heimserver {0} wartet hier seit {1}",
	"mail for the home {0} has waited here since {1}, and goes back to its sender as undeliverable after {2}":
		"Mail für den Heimserver {0} wartet hier seit {1} und geht nach dem {2} als unzustellbar an ihren Absender zurück",
	'see that the home {0} and its mail server come back before that; to gain time, raise maximal_queue_lifetime ("postconf -e maximal_queue_lifetime=10d", then "postfix reload")':
		'dafür sorgen, dass der Heimserver {0} und sein Mailserver vorher zurückkommen; um Zeit zu gewinnen, maximal_queue_lifetime erhöhen ("postconf -e maximal_queue_lifetime=10d", dann "postfix reload")',
	"mail waits in the queue ({0} recipients of one message)":
		"Mail wartet in der Warteschlange ({0} Empfänger einer Nachricht)",
	'look at "mailq"; wait until it is delivered, or add --force':
		'"mailq" ansehen; warten, bis sie zugestellt ist, oder --force hinzufügen',

	"Postfix's map of valid recipients cannot be kept up to date":
		"die Tabelle der gültigen Empfänger von Postfix kann nicht aktuell gehalten werden",
	"the map of the homes' valid recipients stays as it is: {0}":
		"die Tabelle der gültigen Empfänger der Heimserver bleibt, wie sie ist: {0}",
	"look at the reason; it is tried again by itself": "den Grund ansehen; es wird von selbst wieder versucht",
	"mail to users that do not exist is taken for a home":
		"für einen Heimserver wird Mail an Benutzer angenommen, die es nicht gibt",
	"{0} of the home {1.}: {2}": "{0} des Heimservers {1}: {2}",
	"{0}; mail to any name there is taken, and what the home then refuses comes back to its sender":
		"{0}; Mail an jeden Namen dort wird angenommen, und was der Heimserver dann ablehnt, kommt zu seinem Absender zurück",
	'at home, fill [recipients] in heimweg.toml and run "systemctl enable --now heimweg-recipients.timer heimweg-recipients.path"; "heimweg recipients" shows what it finds':
		'zu Hause [recipients] in heimweg.toml ausfüllen und "systemctl enable --now heimweg-recipients.timer heimweg-recipients.path" ausführen; "heimweg recipients" zeigt, was es findet',
	"a home's list of recipients shrank by more than half and is held":
		"die Empfängerliste eines Heimservers ist um mehr als die Hälfte geschrumpft und wird zurückgehalten",
	"the list of the home {0} shrank at once{1}; the recipients that are missing stay valid until {2}":
		"die Liste des Heimservers {0} ist auf einmal geschrumpft{1}; die Empfänger, die fehlen, bleiben bis {2} gültig",
	"at {0.} from {1#} to {2#}": "bei {0} von {1} auf {2}",
	"from {0#} to {1#}": "von {0} auf {1}",
	'look at home at "heimweg recipients"; if they shall go, run "heimweg-relay accept-recipients {0}" on the relay':
		'zu Hause "heimweg recipients" ansehen; wenn sie wegfallen sollen, auf dem Relay "heimweg-relay accept-recipients {0}" ausführen',
	'no list of a home "{0}" is held': 'von einem Heimserver "{0}" wird keine Liste zurückgehalten',
	"the list of the home {0} is in force; {1} recipients are no longer valid":
		"die Liste des Heimservers {0} gilt jetzt; {1} Empfänger sind nicht mehr gültig",
	"a home names recipients of a domain that is not its own":
		"ein Heimserver nennt Empfänger einer Domain, die nicht seine ist",
	"the home {0} sent recipients of {1}, which it was not given; its list was refused":
		"der Heimserver {0} hat Empfänger von {1} geschickt, die ihm nicht gegeben wurde; seine Liste wurde abgelehnt",
	"add the domain to homes.d/{0}.toml if the home shall have it; otherwise look at what runs there":
		"die Domain in homes.d/{0}.toml hinzufügen, wenn der Heimserver sie haben soll; sonst nachsehen, was dort läuft",
	"a home's list of recipients cannot be saved":
		"die Empfängerliste eines Heimservers lässt sich nicht speichern",
	"the list of the home {0} is in use but cannot be saved: {1}":
		"die Liste des Heimservers {0} ist in Gebrauch, lässt sich aber nicht speichern: {1}",
	"Postfix does not ask who is a valid recipient": "Postfix fragt nicht, wer ein gültiger Empfänger ist",
	"Postfix's relay_recipient_maps lacks {0}: mail to users that do not exist is taken":
		"in relay_recipient_maps von Postfix fehlt {0}: Mail an Benutzer, die es nicht gibt, wird angenommen",
	'run "heimweg-relay postfix --apply"; if it says that it leaves the parameter alone, do what its note says':
		'"heimweg-relay postfix --apply" ausführen; wenn es sagt, dass es den Parameter in Ruhe lässt, tun, was sein Hinweis sagt',
	"a list of more than {0#} recipients comes too often":
		"eine Liste von mehr als {0} Empfängern kommt zu oft",
	"the relay does not have the list that these changes begin with":
		"das Relay hat die Liste nicht, von der diese Änderungen ausgehen",
	"a home may have at most {0#} recipients, and these are {1#}":
		"ein Heimserver darf höchstens {0} Empfänger haben, und das sind {1}",
	"all homes of the relay together may have at most {0#} recipients, and with these they have {1#}":
		"alle Heimserver des Relays zusammen dürfen höchstens {0} Empfänger haben, und mit diesen haben sie {1}",
	"the list does not have the digest that it should have":
		"die Liste hat nicht die Prüfsumme, die sie haben sollte",
	"one shorter list is held already; with this one {0#} recipients would be valid at once, which is too many":
		"eine kürzere Liste wird schon zurückgehalten; mit dieser wären {0} Empfänger zugleich gültig, und das sind zu viele",
	"{0} is not a domain of this home": "{0} ist keine Domain dieses Heimservers",
	"{0} cannot be a recipient": "{0} kann kein Empfänger sein",

	"Postfix's maps cannot be kept up to date": "die Tabellen von Postfix können nicht aktuell gehalten werden",
	"the routes of mail to the homes stay as they are: {0}":
		"die Wege der Mail zu den Heimservern bleiben, wie sie sind: {0}",

	"a home would refuse mail for a recipient of its own list":
		"ein Heimserver würde Mail für einen Empfänger seiner eigenen Liste ablehnen",
	"the home {0} refuses {1}, who stands in its own list of valid recipients, and such mail would go back to its sender; {2}; Postfix says: {3}":
		"der Heimserver {0} lehnt {1} ab, obwohl er in seiner eigenen Liste gültiger Empfänger steht, und solche Mail ginge an ihren Absender zurück; {2}; Postfix sagt: {3}",
	'{0}; it is asked again by itself, or by "heimweg-relay verify {1}"':
		'{0}; er wird von selbst wieder gefragt, oder mit "heimweg-relay verify {1}"',
	"a home takes no mail at the moment": "ein Heimserver nimmt im Moment keine Mail an",
	"the home {0} is here, and takes no mail for {1} at the moment, so that it would wait; {2}; Postfix says: {3}":
		"der Heimserver {0} ist da und nimmt im Moment keine Mail für {1} an, sie würde warten; {2}; Postfix sagt: {3}",
	"mail for a home would go elsewhere": "Mail für einen Heimserver ginge anderswohin",
	"Postfix on this relay would deliver mail for {0} by {1}, and not to {2}, where the home {3} is":
		"Postfix auf diesem Relay würde Mail für {0} über {1} zustellen, und nicht an {2}, wo der Heimserver {3} ist",
	'run "heimweg-relay postfix" here: it shows what of transport_maps and the other settings is not as it should be':
		'hier "heimweg-relay postfix" ausführen: es zeigt, was an transport_maps und den anderen Einstellungen nicht so ist, wie es sein soll',
	"whether homes would take mail is not known": "ob Heimserver Mail annehmen würden, ist nicht bekannt",
	"whether homes would take mail is not known, since Postfix cannot be asked: {0} (last about the home {1})":
		"ob Heimserver Mail annehmen würden, ist nicht bekannt, weil Postfix nicht gefragt werden kann: {0} (zuletzt nach dem Heimserver {1})",
	'look whether Postfix runs and "heimweg-relay status" tells maillog.not_read; then run "heimweg-relay verify {0}"':
		'nachsehen, ob Postfix läuft und ob "heimweg-relay status" maillog.not_read meldet; dann "heimweg-relay verify {0}" ausführen',
	'no home "{0}" is served': 'es wird kein Heimserver "{0}" bedient',
	"the home {0} would take mail: Postfix went there through the tunnel, and it said yes":
		"der Heimserver {0} würde Mail annehmen: Postfix ging durch den Tunnel hin, und er sagte ja",
	"the home {0} would refuse mail, and it would go back to its sender: {1}":
		"der Heimserver {0} würde Mail ablehnen, und sie ginge an ihren Absender zurück: {1}",
	"mail for the home {0} would wait here: {1}": "Mail für den Heimserver {0} würde hier warten: {1}",
	"mail for the home {0} would not go into the tunnel, but by {1}":
		"Mail für den Heimserver {0} ginge nicht in den Tunnel, sondern über {1}",
	"whether the home {0} would take mail is not known: {1}":
		"ob der Heimserver {0} Mail annehmen würde, ist nicht bekannt: {1}",
} as const;
