/** The conditions of a home. */
export const home = {
	"two sources name different public addresses": "zwei Quellen nennen verschiedene öffentliche Adressen",
	"{0.}: {1} is used, and {2}": "{0}: {1} wird benutzt, und {2}",
	"{0.} says {1.}": "{0} nennt {1}",
	"this is normal with two internet lines or a VPN; otherwise look at the router's routes":
		"bei zwei Internetanschlüssen oder einem VPN ist das normal; sonst die Routen des Routers ansehen",
	"the address cannot be published": "die Adresse kann nicht veröffentlicht werden",
	"{0.}: {1} (seen by {2}) is not a public address, so it is not published":
		"{0}: {1} (gesehen von {2}) ist keine öffentliche Adresse und wird nicht veröffentlicht",
	"behind a carrier's NAT nobody can connect to this address from outside; mail through the relay works all the same. Leave the family out of dns.publish to end this message":
		"hinter dem NAT eines Anbieters erreicht niemand diese Adresse von außen; Mail über das Relay geht trotzdem. Die Familie aus dns.publish herausnehmen, um diese Meldung zu beenden",
	"a VPN carries what this machine sends": "ein VPN trägt, was dieser Rechner sendet",
	"{0.}: what this home sends, the tunnel to the relay too, leaves through the VPN on {1}: the address that others see is the VPN's, and a record with it does not lead here":
		"{0}: was dieser Heimserver sendet, auch der Tunnel zum Relay, geht durch das VPN auf {1} hinaus: die Adresse, die andere sehen, ist die des VPN, und ein Eintrag mit ihr führt nicht hierher",
	'on this home, give the relay a way past the VPN ("ip route get RELAY" must not name {0}), or end the VPN; if it is meant so, leave the family out of dns.publish':
		'auf diesem Heimserver dem Relay einen Weg am VPN vorbei geben ("ip route get RELAY" darf {0} nicht nennen), oder das VPN beenden; ist es so gemeint, die Familie aus dns.publish herausnehmen',
	"no service tells the public address": "kein Dienst nennt die öffentliche Adresse",
	"no check-ip service tells the {0} address: {1}": "kein Check-IP-Dienst nennt die {0}-Adresse: {1}",
	"look at check_ip in the config; heimweg tries again on its schedule":
		"check_ip in der Konfiguration ansehen; heimweg versucht es nach seinem Zeitplan wieder",

	"this home refuses a recipient of its own list, and the relay sends the mail back":
		"dieser Heimserver lehnt einen Empfänger seiner eigenen Liste ab, und das Relay schickt die Mail zurück",
	"the relay holds mail for {0} that would go back to its sender: this home refused {1}, who stands in its own list of valid recipients; {2}; the relay's Postfix says: {3}":
		"das Relay hält Mail für {0} fest, die an ihren Absender zurückginge: dieser Heimserver hat {1} abgelehnt, obwohl er in seiner eigenen Liste gültiger Empfänger steht; {2}; der Postfix des Relays sagt: {3}",
	"the relay sent mail for {0} back to its sender: this home refused {1}, who stands in its own list of valid recipients; {2}; the relay's Postfix says: {3}":
		"das Relay hat Mail für {0} an ihren Absender zurückgeschickt: dieser Heimserver hat {1} abgelehnt, obwohl er in seiner eigenen Liste gültiger Empfänger steht; {2}; der Postfix des Relays sagt: {3}",
	"{0}; the relay asks again by itself, and this ends when mail gets through":
		"{0}; das Relay fragt von selbst wieder, und dies endet, sobald Mail durchkommt",
	"this home took mail, and sent it back to its sender":
		"dieser Heimserver hat Mail angenommen und an ihren Absender zurückgeschickt",
	"mail for {0} went back to its sender: this home took it for {1}, and could not deliver it; {2}; Postfix says: {3}":
		"Mail für {0} ging an ihren Absender zurück: dieser Heimserver hat sie für {1} angenommen und konnte sie nicht zustellen; {2}; Postfix sagt: {3}",
	"{0}; this ends when mail for the same recipient gets through":
		"{0}; dies endet, sobald Mail für denselben Empfänger durchkommt",

	"Postfix does not know a domain whose mail comes here":
		"Postfix kennt eine Domain nicht, deren Mail hierher kommt",
	"this home's Postfix does not know {0}, so it refuses all mail for it that the relay brings (454, relay access denied)":
		"der Postfix dieses Heimservers kennt {0} nicht und lehnt darum alle Mail dafür ab, die das Relay bringt (454, relay access denied)",
	"this home's Postfix does not know {0}, so it refuses all mail for them that the relay brings (454, relay access denied)":
		"der Postfix dieses Heimservers kennt {0} nicht und lehnt darum alle Mail dafür ab, die das Relay bringt (454, relay access denied)",
	'on this home, add {0} to mydestination in {1}/main.cf (for mailboxes of this machine\'s users) or to virtual_mailbox_domains, then run "postfix reload"':
		'auf diesem Heimserver {0} in {1}/main.cf zu mydestination (für Postfächer der Benutzer dieses Rechners) oder zu virtual_mailbox_domains hinzufügen, dann "postfix reload" ausführen',
	"Postfix knows none of the valid recipients": "Postfix kennt keinen der gültigen Empfänger",
	"this home's Postfix knows none of the 1 valid recipient of {0} that Heimweg asked it for ({1}), so it refuses their mail (550), which goes back to its senders":
		"der Postfix dieses Heimservers kennt den einen gültigen Empfänger von {0} nicht, nach dem Heimweg ihn gefragt hat ({1}); er lehnt dessen Mail ab (550), und sie geht an ihre Absender zurück",
	"this home's Postfix knows none of {0#} valid recipients of {1} that Heimweg asked it for ({2}), so it refuses their mail (550), which goes back to its senders":
		"der Postfix dieses Heimservers kennt keinen von {0} gültigen Empfängern von {1}, nach denen Heimweg ihn gefragt hat ({2}); er lehnt deren Mail ab (550), und sie geht an ihre Absender zurück",
	'on this home, look at "postconf {0}": put the table in which these recipients stand in there, or make it anew with postmap, then run "postfix reload"':
		'auf diesem Heimserver "postconf {0}" ansehen: die Tabelle eintragen, in der diese Empfänger stehen, oder sie mit postmap neu erzeugen, dann "postfix reload" ausführen',
	"Postfix cannot open one of its tables": "Postfix kann eine seiner Tabellen nicht öffnen",
	"this home's Postfix cannot open {0} ({1}), so it puts off the mail that the relay brings (451): {2}":
		"der Postfix dieses Heimservers kann {0} nicht öffnen ({1}) und schiebt die Mail auf, die das Relay bringt (451): {2}",
	'run "newaliases" on this home': '"newaliases" auf diesem Heimserver ausführen',
	'on this home, {0}, then run "postfix reload"':
		'auf diesem Heimserver {0}, dann "postfix reload" ausführen',
	"Postfix does not listen where the relay brings mail":
		"Postfix lauscht nicht dort, wohin das Relay Mail bringt",
	"the relay cannot hand mail over to this home's Postfix, so it waits on the relay: {0}":
		"das Relay kann dem Postfix dieses Heimservers keine Mail übergeben, sie wartet auf dem Relay: {0}",
	"on this home, {0}": "auf diesem Heimserver {0}",
	"mail leaves this home past the relay": "Mail verlässt diesen Heimserver am Relay vorbei",
	'this home\'s Postfix sends {0} past the relay ({1}: "{2}"), from an address that most mail servers refuse':
		'der Postfix dieses Heimservers sendet {0} am Relay vorbei ({1}: "{2}"), von einer Adresse, die die meisten Mailserver ablehnen',
	'on this home, {0}, then run "postfix reload"; if it is meant so, write outgoing = "other" under [mail] in heimweg.toml':
		'auf diesem Heimserver {0}, dann "postfix reload" ausführen; ist es so gemeint, in heimweg.toml unter [mail] outgoing = "other" schreiben',
	"all mail": "alle Mail",
	"mail from {0.}": "Mail von {0}",
	'run "postconf -PX rewrite/unix/relayhost"': '"postconf -PX rewrite/unix/relayhost" ausführen',
	'run "postconf -e default_transport=smtp"': '"postconf -e default_transport=smtp" ausführen',
	'take "{0}" out of {1}, or out of {2}/main.cf {3}': '"{0}" aus {1} oder aus {2}/main.cf {3} herausnehmen',
	"the service rewrite in master.cf (-o relayhost)": "der Dienst rewrite in master.cf (-o relayhost)",
	"Postfix sends from another address than the tunnel's":
		"Postfix sendet von einer anderen Adresse als der des Tunnels",
	"this home's Postfix sends from {0} (smtp_bind_address), and from there the relay takes no mail, so mail from this home waits here":
		"der Postfix dieses Heimservers sendet von {0} (smtp_bind_address), und von dort nimmt das Relay keine Mail; Mail von diesem Heimserver wartet hier",
	'on this home, run "postconf -X smtp_bind_address" ("postconf -PX smtp/unix/smtp_bind_address" when it stands in master.cf), then run "postfix reload"':
		'auf diesem Heimserver "postconf -X smtp_bind_address" ausführen ("postconf -PX smtp/unix/smtp_bind_address", wenn es in master.cf steht), dann "postfix reload"',
	"Postfix takes the internet's mail for this home's own":
		"Postfix hält die Mail aus dem Internet für die eigene dieses Heimservers",
	"mynetworks of this home's Postfix contains the relay's tunnel address {0}, so whatever the internet sends counts as this home's own mail":
		"mynetworks im Postfix dieses Heimservers enthält die Tunneladresse {0} des Relays; alles, was das Internet sendet, zählt darum als eigene Mail dieses Heimservers",
	'on this home, take the tunnel\'s network out of mynetworks in main.cf (mynetworks_style = host leaves it out), then run "postfix reload"':
		'auf diesem Heimserver das Netz des Tunnels in main.cf aus mynetworks herausnehmen (mynetworks_style = host lässt es aus), dann "postfix reload" ausführen',
	'look whether anything is reached over IPv{0} from this machine ("ip -{1} route", the router); heimweg tries again by itself':
		'nachsehen, ob von diesem Rechner über IPv{0} überhaupt etwas zu erreichen ist ("ip -{1} route", der Router); heimweg versucht es von selbst wieder',
	"Postfix's configuration cannot be read": "die Konfiguration von Postfix ist nicht lesbar",
	"this home's Postfix does not say how it is set up, so whether it takes mail is not known: {0}":
		"der Postfix dieses Heimservers sagt nicht, wie er eingerichtet ist; ob er Mail annimmt, ist nicht bekannt: {0}",
	'run "postfix check" on this home and put right what it says':
		'"postfix check" auf diesem Heimserver ausführen und berichtigen, was es sagt',

	"the records at deSEC cannot be kept true": "die Einträge bei deSEC können nicht richtig gehalten werden",
	"the records at deSEC are not known to be true: {0}":
		"ob die Einträge bei deSEC stimmen, ist nicht bekannt: {0}",
	"heimweg tries again by itself": "heimweg versucht es von selbst wieder",
	"the name servers do not answer the new address yet":
		"die Nameserver antworten noch nicht mit der neuen Adresse",
	"deSEC has taken {0}, but {1} did not answer it within a minute: the world still sees what was there before":
		"deSEC hat {0} angenommen, aber {1} antworteten eine Minute lang nicht damit: die Welt sieht noch, was vorher da war",
	"nothing; deSEC is made to publish it anew, and it is looked at each minute (status: https://desec.status.io)":
		"nichts; deSEC wird dazu gebracht, es neu zu veröffentlichen, und jede Minute wird nachgesehen (Zustand: https://desec.status.io)",

	"mail that waits here for the relay is not looked after":
		"um Mail, die hier auf das Relay wartet, kümmert sich niemand",
	"mail that waited for the relay goes out at Postfix's own times only: {0}":
		"Mail, die auf das Relay gewartet hat, geht nur zu den Zeiten von Postfix hinaus: {0}",
	"look at the reason; heimweg tries again by itself":
		"den Grund ansehen; heimweg versucht es von selbst wieder",
	"Postfix is not set up for Heimweg": "Postfix ist nicht für Heimweg eingerichtet",
	"this home's Postfix is not set up for Heimweg: {0}":
		"der Postfix dieses Heimservers ist nicht für Heimweg eingerichtet: {0}",
	'run "heimweg postfix --apply" on this home, which sets it; "heimweg postfix" shows first what it would set':
		'"heimweg postfix --apply" auf diesem Heimserver ausführen, das richtet es ein; "heimweg postfix" zeigt vorher, was es setzen würde',
	'run "heimweg postfix --apply" on this home, which sets it; "heimweg postfix" shows first what it would set. If mail is meant to go out another way, write outgoing = "other" under [mail] in heimweg.toml':
		'"heimweg postfix --apply" auf diesem Heimserver ausführen, das richtet es ein; "heimweg postfix" zeigt vorher, was es setzen würde. Soll Mail auf anderem Weg hinausgehen, in heimweg.toml unter [mail] outgoing = "other" schreiben',
	"Postfix may go by its settings of before":
		"Postfix arbeitet vielleicht noch mit den Einstellungen von vorher",
	"heimweg postfix was interrupted on this home before it had Postfix read the settings that it changed; Postfix shows them, and may go by those before":
		"heimweg postfix wurde auf diesem Heimserver unterbrochen, bevor es Postfix die geänderten Einstellungen lesen ließ; Postfix zeigt sie, und arbeitet vielleicht noch mit denen von vorher",
	'run "heimweg postfix --apply" on this home, which has Postfix read them; "heimweg postfix --undo", if they were being taken back':
		'"heimweg postfix --apply" auf diesem Heimserver ausführen, dann liest Postfix sie; "heimweg postfix --undo", wenn sie zurückgenommen werden sollten',
	"relayhost is {0} instead of {1}, so what this home sends leaves past the relay":
		"relayhost ist {0} statt {1}, was dieser Heimserver sendet, geht darum am Relay vorbei hinaus",
	"relayhost is (nothing) instead of {0}, so what this home sends leaves past the relay":
		"relayhost ist leer statt {0}, was dieser Heimserver sendet, geht darum am Relay vorbei hinaus",
	"{0.} does not let in exactly the relay's tunnel addresses":
		"{0} lässt nicht genau die Tunneladressen des Relays herein",
	"{0.} does not begin with {1.}, so the relay's mail may be turned away":
		"{0} beginnt nicht mit {1}, die Mail des Relays kann darum abgewiesen werden",
	"{0.} lacks {1.}, so this home takes mail from everybody who finds its address":
		"{0} fehlt {1}, dieser Heimserver nimmt darum Mail von jedem, der seine Adresse findet",
	"mail that came in gets into no mailbox": "Mail, die hereinkam, gelangt in kein Postfach",
	"mail that came to this home waits in its queue: {0}; Postfix says: {1}":
		"Mail, die zu diesem Heimserver kam, wartet in seiner Warteschlange: {0}; Postfix sagt: {1}",
	'{0}; "mailq" lists the mails, and Postfix tries them again by itself':
		'{0}; "mailq" zeigt die Mails, und Postfix versucht sie von selbst wieder',
	"mail that this home sends does not get out": "Mail, die dieser Heimserver sendet, kommt nicht hinaus",
	"mail that this home sends waits in its queue: {0}; Postfix says: {1}":
		"Mail, die dieser Heimserver sendet, wartet in seiner Warteschlange: {0}; Postfix sagt: {1}",
	"whether mail waits at this home is not known": "ob auf diesem Heimserver Mail wartet, ist nicht bekannt",
	"whether mail waits in this home's queue, and why, is not known: {0}":
		"ob und warum in der Warteschlange dieses Heimservers Mail wartet, ist nicht bekannt: {0}",
	'look whether "postqueue -j" works': 'nachsehen, ob "postqueue -j" geht',

	"nobody answers at the published address": "unter der veröffentlichten Adresse antwortet niemand",
	"{0.}: the relay gets no answer at {1} on any of our ports, so mail programs on the internet get none either":
		"{0}: das Relay bekommt unter {1} auf keinem unserer Ports eine Antwort, also bekommen auch Mailprogramme im Internet keine",
	'forward the ports to this machine in the router; behind CGNAT or DS-Lite the address is the carrier\'s, and no forwarding helps; mail through the relay works all the same; publish = "reachable" in [dns] leaves such a record out by itself':
		'die Ports im Router an diesen Rechner weiterleiten; hinter CGNAT oder DS-Lite gehört die Adresse dem Anbieter, und keine Weiterleitung hilft; Mail über das Relay geht trotzdem; publish = "reachable" in [dns] lässt einen solchen Eintrag von selbst weg',
	'let the ports through to this machine in the router\'s IPv6 firewall; mail through the relay works all the same; publish = "reachable" in [dns] leaves such a record out by itself':
		'die Ports in der IPv6-Firewall des Routers zu diesem Rechner durchlassen; Mail über das Relay geht trotzdem; publish = "reachable" in [dns] lässt einen solchen Eintrag von selbst weg',
	"somebody else answers at the published address":
		"unter der veröffentlichten Adresse antwortet jemand anderes",
	"{0.}: who answers at {1} has another TLS key than this home has through the tunnel":
		"{0}: wer unter {1} antwortet, hat einen anderen TLS-Schlüssel als dieser Heimserver durch den Tunnel",
	'behind CGNAT or DS-Lite the address is the carrier\'s, and another customer or the router may answer; else look where the router forwards the ports to; mail through the relay works all the same; publish = "reachable" in [dns] leaves such a record out by itself':
		'hinter CGNAT oder DS-Lite gehört die Adresse dem Anbieter, und ein anderer Kunde oder der Router kann antworten; sonst nachsehen, wohin der Router die Ports weiterleitet; Mail über das Relay geht trotzdem; publish = "reachable" in [dns] lässt einen solchen Eintrag von selbst weg',
	"a port is not reached from outside": "ein Port ist von außen nicht zu erreichen",
	"{0.}: this home is reached at {1}, but nobody answers there on port {2}":
		"{0}: dieser Heimserver ist unter {1} zu erreichen, aber auf Port {2} antwortet dort niemand",
	"forward it in the router too, or leave it out of reach.ports":
		"auch ihn im Router weiterleiten oder aus reach.ports herausnehmen",

	"the valid recipients are not looked up": "die gültigen Empfänger werden nicht ermittelt",
	"nobody has looked since {0} who the valid recipients are; new ones are refused by the relay":
		"seit {0} hat niemand nachgesehen, wer die gültigen Empfänger sind; neue lehnt das Relay ab",
	"there is no list of valid recipients in {0}; the relay takes mail to any name":
		"in {0} steht keine Liste gültiger Empfänger; das Relay nimmt Mail an jeden Namen an",
	'run "systemctl enable --now heimweg-recipients.timer heimweg-recipients.path", and look at "journalctl -u heimweg-recipients"':
		'"systemctl enable --now heimweg-recipients.timer heimweg-recipients.path" ausführen und "journalctl -u heimweg-recipients" ansehen',
	"the list of valid recipients cannot be used": "die Liste der gültigen Empfänger ist nicht zu gebrauchen",
	"{0.}: {1}; the relay takes mail to any name meanwhile":
		"{0}: {1}; das Relay nimmt so lange Mail an jeden Namen an",
	'look who made it ("ls -l {0}"), remove it, and run "systemctl start heimweg-recipients", which writes it anew':
		'nachsehen, wer sie angelegt hat ("ls -l {0}"), sie entfernen und "systemctl start heimweg-recipients" ausführen, das schreibt sie neu',
	'run "systemctl start heimweg-recipients", which writes it anew':
		'"systemctl start heimweg-recipients" ausführen, das schreibt sie neu',
	"a source of valid recipients cannot be listed":
		"eine Quelle gültiger Empfänger lässt sich nicht auflisten",
	"{0.}: {1}; what it named last still counts": "{0}: {1}; was sie zuletzt genannt hat, gilt weiter",
	'look at [recipients] in heimweg.toml; "heimweg recipients" tries it':
		'[recipients] in heimweg.toml ansehen; "heimweg recipients" probiert es aus',
	"a source names recipients that the relay cannot know":
		"eine Quelle nennt Empfänger, die das Relay nicht kennen kann",
	"{0.}: a name is left out, because Postfix's tables on the relay cannot hold them: {1}":
		"{0}: ein Name wird ausgelassen, weil die Tabellen von Postfix auf dem Relay ihn nicht fassen können: {1}",
	"{0.}: {1#} names are left out, because Postfix's tables on the relay cannot hold them: {2}":
		"{0}: {1} Namen werden ausgelassen, weil die Tabellen von Postfix auf dem Relay sie nicht fassen können: {2}",
	"mail to them is refused; give such a user an address of ASCII letters, digits and dots":
		"Mail an sie wird abgelehnt; einem solchen Benutzer eine Adresse aus ASCII-Buchstaben, Ziffern und Punkten geben",
	"the relay does not take the list of valid recipients":
		"das Relay nimmt die Liste der gültigen Empfänger nicht an",
	"the list of valid recipients is not on the relay: {0}":
		"die Liste der gültigen Empfänger ist nicht auf dem Relay: {0}",
	'look on the relay at "heimweg-relay status"': 'auf dem Relay "heimweg-relay status" ansehen',
	"it holds no list of recipients": "sie enthält keine Liste von Empfängern",
	"{0#} of its {1#} entries in the file cannot be read":
		"{0} ihrer {1} Einträge in der Datei sind nicht lesbar",
	"its part of the file cannot be read": "ihr Teil der Datei ist nicht lesbar",
	"doveadm may not list Dovecot's users": "doveadm darf die Benutzer von Dovecot nicht auflisten",
	"the Postfix table {0} cannot be listed": "die Postfix-Tabelle {0} lässt sich nicht auflisten",
	"name its recipients in another way: recipients.commands for a database, recipients.files, or a table of type texthash, hash or lmdb":
		"ihre Empfänger auf andere Art nennen: recipients.commands für eine Datenbank, recipients.files, oder eine Tabelle der Art texthash, hash oder lmdb",
	"the Postfix table {0} cannot be read: permission denied":
		"die Postfix-Tabelle {0} ist nicht lesbar: keine Berechtigung",
	'make it readable for the group heimweg-recipients ("chgrp" and "chmod g+r")':
		'sie für die Gruppe heimweg-recipients lesbar machen ("chgrp" und "chmod g+r")',
	"the relay takes at most {0#} recipients, and there are {1#}":
		"das Relay nimmt höchstens {0} Empfänger, und es sind {1}",
	"name a whole domain as @DOMAIN instead of its users":
		"eine ganze Domain als @DOMAIN nennen statt ihrer Benutzer",
	"the relay refused it: {0}": "das Relay hat sie abgelehnt: {0}",
	"the configuration names no recipients": "die Konfiguration nennt keine Empfänger",
	'add [recipients] to heimweg.toml, for instance with passwd = true, or run "systemctl disable --now heimweg-recipients.timer heimweg-recipients.path"':
		'[recipients] in heimweg.toml hinzufügen, zum Beispiel mit passwd = true, oder "systemctl disable --now heimweg-recipients.timer heimweg-recipients.path" ausführen',

	"the tunnel cannot be set up": "der Tunnel lässt sich nicht einrichten",
	"the tunnel cannot be set up: {0}": "der Tunnel lässt sich nicht einrichten: {0}",
	'look at "wg show" and "ip address"; heimweg tries again by itself':
		'"wg show" und "ip address" ansehen; heimweg versucht es von selbst wieder',
	"the relay does not answer through the tunnel": "das Relay antwortet nicht durch den Tunnel",
	"no answer from the relay {0} through the tunnel ({1}); this machine's clock says {2}, and was at {3} before: WireGuard refuses who comes from the past":
		"keine Antwort vom Relay {0} durch den Tunnel ({1}); die Uhr dieses Rechners zeigt {2} und stand vorher auf {3}: WireGuard weist ab, wer aus der Vergangenheit kommt",
	"no answer from the relay {0} through the tunnel ({1})":
		"keine Antwort vom Relay {0} durch den Tunnel ({1})",
	"the last one came at {0@}": "die letzte kam um {0}",
	"none since the tunnel was set up anew": "keine, seit der Tunnel neu eingerichtet wurde",
	"none since heimweg started at {0}": "keine, seit heimweg um {0} gestartet ist",
	"none since heimweg started at {0}, and the last one before that at {1}":
		"keine, seit heimweg um {0} gestartet ist, und die letzte davor um {1}",
	"the IPv{0#} address changed from {1.} to {2.}": "die IPv{0}-Adresse änderte sich von {1} auf {2}",
	"the way out of IPv{0#} changed from {1.} to {2.}":
		"der Weg hinaus für IPv{0} änderte sich von {1} auf {2}",
	"since the tunnel last worked, {0} was changed": "geändert, seit der Tunnel zuletzt ging: {0}",
	"since the tunnel last worked, {0} were changed": "geändert, seit der Tunnel zuletzt ging: {0}",
	"this home's key": "der Schlüssel dieses Heimservers",
	"the relay's key": "der Schlüssel des Relays",
	"the preshared key": "der Preshared Key",
	"this home's tunnel addresses": "die Tunneladressen dieses Heimservers",
	"the relay's tunnel addresses": "die Tunneladressen des Relays",
	"the relay's endpoint": "der Endpunkt des Relays",
	"the pulse port": "der Port für Pulse",
	"look at that change first; else {0}": "zuerst diese Änderung ansehen; sonst {0}",
	'set the clock right ("timedatectl"); heimweg goes on by itself':
		'die Uhr stellen ("timedatectl"); heimweg macht von selbst weiter',
	'heimweg keeps trying; if it lasts, look on the relay at "heimweg-relay status" and at its firewall (UDP port of WireGuard), and compare the keys on both sides':
		'heimweg versucht es weiter; wenn es anhält, auf dem Relay "heimweg-relay status" und die Firewall (UDP-Port von WireGuard) ansehen und die Schlüssel beider Seiten vergleichen',
	'compare the keys on both sides, which "heimweg status" and "heimweg-relay status" show, and look at the relay\'s firewall (UDP port of WireGuard)':
		'die Schlüssel beider Seiten vergleichen, die "heimweg status" und "heimweg-relay status" zeigen, und die Firewall des Relays ansehen (UDP-Port von WireGuard)',
	"WireGuard reaches the relay, but heimweg-relay does not answer there":
		"WireGuard erreicht das Relay, aber heimweg-relay antwortet dort nicht",
	"WireGuard reaches the relay {0}, but heimweg-relay does not answer there ({1}); as long as Postfix runs there, mail comes in, and mail that goes out waits":
		"WireGuard erreicht das Relay {0}, aber heimweg-relay antwortet dort nicht ({1}); solange dort Postfix läuft, kommt Mail herein, und Mail, die hinaus soll, wartet",
	"WireGuard reaches the relay {0}, but no pulse was ever answered there ({1})":
		"WireGuard erreicht das Relay {0}, aber noch nie wurde dort ein Puls beantwortet ({1})",
	'look on the relay at "systemctl status heimweg-relay", and whether its firewall lets everything in that comes out of the tunnel':
		'auf dem Relay "systemctl status heimweg-relay" ansehen, und ob seine Firewall alles hereinlässt, was aus dem Tunnel kommt',
	'compare the tunnel addresses that "heimweg status" here and "heimweg-relay status" on the relay show, and look there at "systemctl status heimweg-relay"':
		'die Tunneladressen vergleichen, die "heimweg status" hier und "heimweg-relay status" auf dem Relay zeigen, und dort "systemctl status heimweg-relay" ansehen',
	"this machine has no way to the internet": "dieser Rechner hat keinen Weg ins Internet",
	"there is no default route on an interface with a carrier: the line is down":
		"es gibt keine Standardroute auf einer verbundenen Schnittstelle: der Anschluss ist tot",
	"look at the router and the cable; heimweg goes on by itself when the line is back":
		"Router und Kabel ansehen; heimweg macht von selbst weiter, wenn der Anschluss wieder da ist",
	"the relay's name cannot be resolved": "der Name des Relays lässt sich nicht auflösen",
	"the relay's name {0} cannot be resolved ({1}); {2}":
		"der Name {0} des Relays lässt sich nicht auflösen ({1}); {2}",
	"its last known address {0} is used": "seine letzte bekannte Adresse {0} wird benutzt",
	"no address is known": "keine Adresse ist bekannt",
	"look whether other names resolve here (/etc/resolv.conf), or write the relay's address into relays.endpoint":
		"nachsehen, ob sich andere Namen hier auflösen lassen (/etc/resolv.conf), oder die Adresse des Relays in relays.endpoint schreiben",
	"large packets do not pass the tunnel": "große Pakete kommen nicht durch den Tunnel",
	"small packets pass the tunnel and packets of {0} bytes do not: large mails will hang":
		"kleine Pakete kommen durch den Tunnel und Pakete von {0} Bytes nicht: große Mails bleiben hängen",
	"some line in between takes only smaller packets: look at the router's MTU, and try the other family with tunnel.outer":
		"eine Leitung dazwischen nimmt nur kleinere Pakete: die MTU des Routers ansehen und mit tunnel.outer die andere Familie probieren",
	"the line loses many packets": "der Anschluss verliert viele Pakete",
	"of the last pulses to the relay, about {0} % were lost: mail comes and goes, but slowly":
		"von den letzten Pulsen zum Relay gingen etwa {0} % verloren: Mail kommt und geht, aber langsam",
	'look whether the line is full or the WiFi weak; if it is neither, tell the provider, with the output of "mtr" to the relay':
		'nachsehen, ob die Leitung voll oder das WLAN schwach ist; ist es keines von beiden, dem Anbieter die Ausgabe von "mtr" zum Relay schicken',
	"the relay does not take the check-in": "das Relay nimmt den Check-in nicht an",
	"the check-in with the relay failed: {0}": "der Check-in beim Relay ist gescheitert: {0}",
	"the relay reports something about this home": "das Relay meldet etwas über diesen Heimserver",
	"the relay routes no domain to this home": "das Relay leitet keine Domain zu diesem Heimserver",
	"the relay knows this home as {0}, and sends the mail of no domain to it":
		"das Relay kennt diesen Heimserver als {0} und schickt ihm von keiner Domain die Mail",
	"on the relay, add the domain to domains in /etc/heimweg-relay/homes.d/{0}.toml":
		"auf dem Relay die Domain in /etc/heimweg-relay/homes.d/{0}.toml zu domains hinzufügen",
	"the relay does not route all our domains": "das Relay leitet nicht alle unsere Domains",
	"the relay does not send the mail of {0} to this home ({1})":
		"das Relay schickt die Mail von {0} nicht zu diesem Heimserver ({1})",
	"on the relay, add the domain to /etc/heimweg-relay/homes.d/{0}.toml":
		"auf dem Relay die Domain in /etc/heimweg-relay/homes.d/{0}.toml hinzufügen",

	// what is over, or was put right at once
	"IPv{0} was gone from this line for {1}": "IPv{0} war an diesem Anschluss {1} lang weg",
	"records at deSEC had been changed, and are right again: {0}":
		"Einträge bei deSEC waren verändert worden und stimmen wieder: {0}",
	"the tunnel's interface was made right again: {0}": "die Schnittstelle des Tunnels wurde berichtigt: {0}",
} as const;
