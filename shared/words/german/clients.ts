/** Mail programs that come through the relay, and whom a home bans. */
export const clients = {
	"Through relay": "Über das Relay",
	"port {0} is set up; the relay has not said that it serves it":
		"Port {0} ist eingerichtet; dass das Relay ihn bedient, hat es nicht gesagt",
	"port {0} is set up; the relay serves none of it":
		"Port {0} ist eingerichtet; das Relay bedient nichts davon",
	"port {0} as {1}": "Port {0} als {1}",
	"nothing takes what clients send through the relay":
		"nichts nimmt an, was Mailprogramme über das Relay senden",
	"nothing listens here on TCP port {0}, where {1} takes what comes to the relay's port {2} for this home":
		"nichts lauscht hier auf TCP-Port {0}, wo {1} annimmt, was am Port {2} des Relays für diesen Heimserver ankommt",
	'look whether {0} runs: "systemctl status {1}"; its log says why it does not listen':
		'nachsehen, ob {0} läuft: "systemctl status {1}"; sein Log sagt, warum es nicht lauscht',
	"the certificate that mail programs see has expired":
		"das Zertifikat, das Mailprogramme sehen, ist abgelaufen",
	"the certificate that this home shows for {0} on port {1} ended on {2}":
		"das Zertifikat, das dieser Heimserver für {0} auf Port {1} zeigt, ist am {2} abgelaufen",
	'renew it (with lego: "lego ... renew"), and have Postfix and Dovecot read it: "systemctl reload postfix dovecot"':
		'es erneuern (mit lego: "lego ... renew") und Postfix und Dovecot einlesen lassen: "systemctl reload postfix dovecot"',
	"the certificate that mail programs see ends soon":
		"das Zertifikat, das Mailprogramme sehen, läuft bald ab",
	"the certificate that this home shows for {0} on port {1} ends on {2}":
		"das Zertifikat, das dieser Heimserver für {0} auf Port {1} zeigt, läuft am {2} ab",
	'look why it was not renewed; if it was, have Postfix and Dovecot read it: "systemctl reload postfix dovecot"':
		'nachsehen, warum es nicht erneuert wurde; wurde es, Postfix und Dovecot einlesen lassen: "systemctl reload postfix dovecot"',
	"the certificate that mail programs see is for another name":
		"das Zertifikat, das Mailprogramme sehen, ist für einen anderen Namen",
	"the certificate that this home shows for {0} on port {1} is for {2}, so mail programs warn or refuse":
		"das Zertifikat, das dieser Heimserver für {0} auf Port {1} zeigt, ist für {2}; Mailprogramme warnen darum oder weigern sich",
	"the certificate that this home shows for {0} on port {1} is for no name, so mail programs warn or refuse":
		"das Zertifikat, das dieser Heimserver für {0} auf Port {1} zeigt, ist für keinen Namen; Mailprogramme warnen darum oder weigern sich",
	"get one that has {0} among its names (with lego: --domains {1}), and name it in Postfix's smtpd_tls_chain_files and Dovecot's ssl_server_cert_file (ssl_cert before 2.4)":
		"eines besorgen, das {0} unter seinen Namen hat (mit lego: --domains {1}), und es in smtpd_tls_chain_files von Postfix und ssl_server_cert_file von Dovecot nennen (ssl_cert vor 2.4)",
	"only root may change Dovecot's configuration": "nur root darf die Konfiguration von Dovecot ändern",
	"Dovecot does not read {0}": "Dovecot liest {0} nicht",
	'add "!include conf.d/*.conf" to the end of dovecot.conf, and run this again':
		'ans Ende von dovecot.conf "!include conf.d/*.conf" schreiben und dies noch einmal ausführen',
	"Dovecot was left as it was: {0}": "Dovecot blieb, wie er war: {0}",
	'run "doveconf -n" and put right what it says, then try again':
		'"doveconf -n" ausführen und berichtigen, was es sagt, dann noch einmal versuchen',
	"{0.} is there, and Heimweg did not write it": "{0} ist da, und Heimweg hat sie nicht geschrieben",
	"give it another name": "ihr einen anderen Namen geben",
	"mail programs hand mail in on port {0} through the relay, and are seen here with their own addresses; the guard lets only the relay to this port":
		"Mailprogramme geben Mail auf Port {0} über das Relay ab und werden hier mit ihren eigenen Adressen gesehen; der Schutz lässt nur das Relay an diesen Port",
	"the log here names the client that the relay had a mail from (orig_client=), not the relay alone":
		"das Log hier nennt den Client, von dem das Relay eine Mail hatte (orig_client=), und nicht nur das Relay",
	'run "heimweg recipients --dovecot > /etc/dovecot/conf.d/99-heimweg.conf" and "systemctl reload dovecot", as root; where that is done, "journalctl -u dovecot" says why its user database lists nobody':
		'als root "heimweg recipients --dovecot > /etc/dovecot/conf.d/99-heimweg.conf" und "systemctl reload dovecot" ausführen; wo das getan ist, sagt "journalctl -u dovecot", warum seine Benutzerdatenbank niemanden auflistet',

	"clients do not reach the homes through the relay":
		"Mailprogramme erreichen die Heimserver nicht über das Relay",
	"HAProxy does not run on the relay, so mail programs do not get through it to the home that has client ports; mail itself is not concerned":
		"HAProxy läuft nicht auf dem Relay, Mailprogramme kommen darum nicht zu dem Heimserver durch, der Client-Ports hat; die Mail selbst betrifft das nicht",
	"HAProxy does not run on the relay, so mail programs do not get through it to the {0#} homes that have client ports; mail itself is not concerned":
		"HAProxy läuft nicht auf dem Relay, Mailprogramme kommen darum nicht zu den {0} Heimservern durch, die Client-Ports haben; die Mail selbst betrifft das nicht",
	"HAProxy is not installed on the relay, so mail programs do not get through it to the home that has client ports; mail itself is not concerned":
		"HAProxy ist nicht auf dem Relay installiert, Mailprogramme kommen darum nicht zu dem Heimserver durch, der Client-Ports hat; die Mail selbst betrifft das nicht",
	"HAProxy is not installed on the relay, so mail programs do not get through it to the {0#} homes that have client ports; mail itself is not concerned":
		"HAProxy ist nicht auf dem Relay installiert, Mailprogramme kommen darum nicht zu den {0} Heimservern durch, die Client-Ports haben; die Mail selbst betrifft das nicht",
	'on the relay, run "systemctl status heimweg-relay-haproxy" and "journalctl -u heimweg-relay-haproxy", then "systemctl restart heimweg-relay-haproxy"':
		'auf dem Relay "systemctl status heimweg-relay-haproxy" und "journalctl -u heimweg-relay-haproxy" ausführen, dann "systemctl restart heimweg-relay-haproxy"',
	'on the relay, run "apt install haproxy" and "systemctl disable --now haproxy"; or write ports = [] into the homes\' files':
		'auf dem Relay "apt install haproxy" und "systemctl disable --now haproxy" ausführen; oder ports = [] in die Dateien der Heimserver schreiben',
	"client names and ports are not up to date": "Namen und Ports für Mailprogramme sind nicht aktuell",
	"HAProxy on the relay does not have what the homes' files say: {0}":
		"HAProxy auf dem Relay hat nicht, was die Dateien der Heimserver sagen: {0}",
	"another program on the relay holds a client port":
		"ein anderes Programm auf dem Relay hält einen Client-Port",
	"TCP port {0} on the relay is held by another program {1}, so clients of {2} get that instead of their home":
		"TCP-Port {0} auf dem Relay wird von einem anderen Programm {1} gehalten, Mailprogramme von {2} bekommen darum dieses statt ihres Heimservers",
	'in master.cf of the relay\'s Postfix, comment that service out and run "postfix reload"':
		'in master.cf des Postfix auf dem Relay diesen Dienst auskommentieren und "postfix reload" ausführen',
	"stop the relay's own Dovecot, or let it listen elsewhere":
		"den eigenen Dovecot des Relays anhalten, oder ihn anderswo lauschen lassen",
	"let the relay's own web server listen on another port or on another address":
		"den eigenen Webserver des Relays auf einem anderen Port oder unter einer anderen Adresse lauschen lassen",
	"{0}; or give the home other ports in its file; \"ss -tlnpe 'sport = :{1}'\" as root shows the program":
		"{0}; oder dem Heimserver in seiner Datei andere Ports geben; \"ss -tlnpe 'sport = :{1}'\" als root zeigt das Programm",
	"an address of a home's own is not on the relay":
		"die eigene Adresse eines Heimservers ist nicht auf dem Relay",
	"public_addresses of {0} has {1}, which no interface of the relay has":
		"public_addresses von {0} hat {1}, und keine Schnittstelle des Relays hat sie",
	"add it to the relay's interface, or take it out of the home's file":
		"sie der Schnittstelle des Relays hinzufügen, oder aus der Datei des Heimservers herausnehmen",
	"a client name or address cannot be given to a home":
		"ein Name oder eine Adresse für Mailprogramme kann keinem Heimserver gegeben werden",
	"{0.} stands in the files of {1}, so none of them gets it":
		"{0} steht in den Dateien von {1}, darum bekommt es keiner von ihnen",
	"{0.} stands in the file of {1}, but it belongs to {2}": "{0} steht in der Datei von {1}, gehört aber {2}",
	"leave {0} in one home's file only": "{0} nur in der Datei eines Heimservers lassen",
	"a home does not answer at a client port": "ein Heimserver antwortet auf einem Client-Port nicht",
	"{0.} does not answer through the relay as {1} on port {2}, although it is here":
		"{0} antwortet über das Relay nicht als {1} auf Port {2}, obwohl er da ist",
	'at home, run "heimweg status", and "heimweg dovecot" and "heimweg postfix", which say what is missing; or leave the port out of ports in the home\'s file':
		'zu Hause "heimweg status" ausführen, und "heimweg dovecot" und "heimweg postfix", die sagen, was fehlt; oder den Port in der Datei des Heimservers aus ports weglassen',
	"a client name leads past the relay": "ein Name für Mailprogramme führt am Relay vorbei",
	"DNS has {0} for {1}, a client name of {2}, and that is not the relay":
		"das DNS hat {0} für {1}, einen Namen für Mailprogramme von {2}, und das ist nicht das Relay",
	"let its A and AAAA be the relay's addresses (at home, via = \"relay\" in [dns] does that), or leave the name out of client_names in the home's file":
		'seine A und AAAA auf die Adressen des Relays setzen (zu Hause tut das via = "relay" in [dns]), oder den Namen in der Datei des Heimservers aus client_names weglassen',
	"a home's ports cannot be told apart from another's":
		"die Ports eines Heimservers sind nicht von denen eines anderen zu unterscheiden",
	"{0.} has port {1} in its file, where clients begin in clear and name nobody, and the relay has other homes":
		"{0} hat Port {1} in seiner Datei, wo Mailprogramme unverschlüsselt beginnen und niemanden nennen, und das Relay hat andere Heimserver",
	"give the home an address of its own with public_addresses in its file (one IPv6 address of the relay will do), or use 465 and 993":
		"dem Heimserver in seiner Datei mit public_addresses eine eigene Adresse geben (eine IPv6-Adresse des Relays genügt), oder 465 und 993 benutzen",
	"HAProxy does not take its new configuration; it serves on with the one before":
		"HAProxy nimmt seine neue Konfiguration nicht an; es läuft mit der vorigen weiter",
	"HAProxy does not take its new configuration: {0}; it serves on with the one before":
		"HAProxy nimmt seine neue Konfiguration nicht an: {0}; es läuft mit der vorigen weiter",
	'run "haproxy -c -f {0}" on the relay, and look at "journalctl -u heimweg-relay-haproxy"':
		'auf dem Relay "haproxy -c -f {0}" ausführen und "journalctl -u heimweg-relay-haproxy" ansehen',
	"HAProxy took {0#} of {1#} entries for {2}": "HAProxy hat {0} von {1} Einträgen für {2} angenommen",
	'HAProxy does not take "{0}": {1}': 'HAProxy nimmt "{0}" nicht an: {1}',
	'HAProxy\'s socket {0} did not answer "{1}": {2}':
		'der Socket {0} von HAProxy hat auf "{1}" nicht geantwortet: {2}',
	'look at "systemctl status heimweg-relay-haproxy" and "journalctl -u heimweg-relay-haproxy"':
		'"systemctl status heimweg-relay-haproxy" und "journalctl -u heimweg-relay-haproxy" ansehen',

	clients: "Mailprogramme",
	"{0#} connections now, {1#} names of {2#} homes": "{0} Verbindungen jetzt, {1} Namen von {2} Heimservern",
	"{0#} connections now, {1#} names of {2#} homes; refused today: {3}":
		"{0} Verbindungen jetzt, {1} Namen von {2} Heimservern; heute abgewiesen: {3}",
	"HAProxy does not run, {0#} names of {1#} homes": "HAProxy läuft nicht, {0} Namen von {1} Heimservern",
	"HAProxy does not run, {0#} names of {1#} homes; refused today: {2}":
		"HAProxy läuft nicht, {0} Namen von {1} Heimservern; heute abgewiesen: {2}",
	"{0.}: {1}, port {2}; nobody yet": "{0}: {1}, Port {2}; noch niemand",
	"{0.}: by address, port {1}; nobody yet": "{0}: nach Adresse, Port {1}; noch niemand",
	"{0.}: {1}, port {2}; {3} now, {4} today, {5} in, {6} out":
		"{0}: {1}, Port {2}; {3} jetzt, {4} heute, {5} herein, {6} hinaus",
	"{0.}: by address, port {1}; {2} now, {3} today, {4} in, {5} out":
		"{0}: nach Adresse, Port {1}; {2} jetzt, {3} heute, {4} herein, {5} hinaus",

	"the list of DKIM keys cannot be used": "die Liste der DKIM-Schlüssel ist nicht zu gebrauchen",
	"{0.}: {1}; what DNS has to say of the keys is not known":
		"{0}: {1}; was das DNS zu den Schlüsseln sagen muss, ist nicht bekannt",
	'remove {0}, and run "systemctl start heimweg-dkim", which writes it anew':
		'{0} entfernen und "systemctl start heimweg-dkim" ausführen, das schreibt sie neu',
	"a key that signs this home's mail cannot be read":
		"ein Schlüssel, der die Mail dieses Heimservers signiert, ist nicht lesbar",
	"{0.}: {1}; whether DNS has its public half is not known":
		"{0}: {1}; ob das DNS seine öffentliche Hälfte hat, ist nicht bekannt",
	'look at {0}, and whether OpenDKIM or Rspamd still needs it; "heimweg dkim" tries it':
		'{0} ansehen, und ob OpenDKIM oder Rspamd ihn noch braucht; "heimweg dkim" probiert es aus',
	'the KeyTable in {0} is "{1}", and only a file of text can be read':
		'die KeyTable in {0} ist "{1}", und nur eine Textdatei ist lesbar',
	"name the keys in a file, as refile:/etc/opendkim/key.table":
		"die Schlüssel in einer Datei nennen, als refile:/etc/opendkim/key.table",
	"{0.} holds no private key in PEM, or one with a passphrase":
		"{0} enthält keinen privaten Schlüssel in PEM, oder einen mit Passphrase",
	"{0.} holds a key of Ed25519 whose two halves do not belong together":
		"{0} enthält einen Ed25519-Schlüssel, dessen Hälften nicht zusammengehören",
	"{0.} holds a key of type {1}, which DKIM does not know":
		"{0} enthält einen Schlüssel vom Typ {1}, den DKIM nicht kennt",
	"it is nested too deeply": "sie ist zu tief verschachtelt",

	Bans: "Sperren",
	"{0#} clients": "{0} Clients",
	"{0#} of them refused at the relay": "{0} davon am Relay abgewiesen",
	"not refused at the relay": "am Relay nicht abgewiesen",
	"flush needs --jail NAME, whose bans end": "flush braucht --jail NAME, dessen Sperren enden",
	'"bans {0}" needs an address, a number of seconds of at least 1, and a jail\'s name of letters and digits':
		'"bans {0}" braucht eine Adresse, eine Anzahl Sekunden von mindestens 1 und den Namen eines Jails aus Buchstaben und Ziffern',
	'via = "relay" in [dns] would suit: {0}': 'via = "relay" in [dns] würde passen: {0}',
	"{0}; and the relay has not said that it takes our clients":
		"{0}; und das Relay hat nicht gesagt, dass es unsere Clients annimmt",
	"from outside, this line was reached at {0}": "von außen wurde dieser Anschluss unter {0} erreicht",
	"nobody has proven yet whether this line is reached from outside by IPv4":
		"noch ist nicht bewiesen, ob dieser Anschluss von außen über IPv4 erreicht wird",
	"this line has no public IPv4 address": "dieser Anschluss hat keine öffentliche IPv4-Adresse",
	"from outside, nobody gets to this line at {0}: it is the carrier's, or the router forwards nothing":
		"von außen kommt niemand unter {0} zu diesem Anschluss: die Adresse gehört dem Provider, oder der Router leitet nichts weiter",
	"heimweg does not run; it does this when it starts": "heimweg läuft nicht; es tut dies, wenn es startet",
	"{0} orders about bans wait in {1.} already": "{0} Aufträge zu Sperren warten schon in {1}",
	'start the daemon: "systemctl start heimweg"': 'den Dienst starten: "systemctl start heimweg"',
	'run "heimweg bans --help"': '"heimweg bans --help" ausführen',
	"more clients are banned here than the relay takes":
		"hier sind mehr Clients gesperrt, als das Relay annimmt",
	"the relay refuses the {0#} clients that this home banned last, and still lets {1#} others in that are banned here":
		"das Relay weist die {0} Clients ab, die dieser Heimserver zuletzt gesperrt hat, und lässt {1} andere weiter herein, die hier gesperrt sind",
	"make fail2ban's bantime shorter, or its maxretry larger; the bans that were made first are the ones that are left out":
		"bantime von fail2ban verkürzen oder maxretry erhöhen; ausgelassen werden die ältesten Sperren",
	"banned clients still get in through the relay": "gesperrte Clients kommen über das Relay noch herein",
	"1 client that is banned here can still reach this home through the relay: {0}":
		"1 Client, der hier gesperrt ist, kann diesen Heimserver über das Relay noch erreichen: {0}",
	"{0#} clients that are banned here can still reach this home through the relay: {1}":
		"{0} Clients, die hier gesperrt sind, können diesen Heimserver über das Relay noch erreichen: {1}",
	'on the relay, look at "heimweg-relay status" and "systemctl status heimweg-relay-haproxy"; this home\'s own firewall cannot stop a client that comes through the tunnel':
		'auf dem Relay "heimweg-relay status" und "systemctl status heimweg-relay-haproxy" ansehen; die Firewall dieses Heimservers kann keinen Client aufhalten, der durch den Tunnel kommt',
	"the relay's heimweg-relay is older and takes no bans":
		"heimweg-relay auf dem Relay ist älter und nimmt keine Sperren an",
	"HAProxy there has not learned of them": "HAProxy dort hat von ihnen nicht erfahren",
	"{0.} is not banned: it stands for the relay or this machine":
		"{0} wird nicht gesperrt: es steht für das Relay oder diesen Rechner",
	'put what "heimweg bans jail" prints into /etc/fail2ban/jail.d/heimweg.conf: its ignoreip has it':
		'was "heimweg bans jail" ausgibt, in /etc/fail2ban/jail.d/heimweg.conf schreiben: ignoreip darin enthält es',
	"to remove a ban, name the home and the client":
		"um eine Sperre aufzuheben, den Heimserver und den Client nennen",
	'run "heimweg-relay bans" to see them, then "heimweg-relay bans remove HOME CLIENT"':
		'"heimweg-relay bans" ausführen, um sie zu sehen, dann "heimweg-relay bans remove HOME CLIENT"',
	"clients that homes have banned are not refused":
		"Clients, die Heimserver gesperrt haben, werden nicht abgewiesen",
	"HAProxy does not learn whom the homes have banned: {0}":
		"HAProxy erfährt nicht, wen die Heimserver gesperrt haben: {0}",
	'look at "systemctl status heimweg-relay-haproxy"': '"systemctl status heimweg-relay-haproxy" ansehen',
	"the homes ban more clients than the relay takes":
		"die Heimserver sperren mehr Clients, als das Relay annimmt",
	"{0#} bans are held for all homes, which is the most ({1}); further ones are not taken":
		"{0} Sperren werden für alle Heimserver gehalten, das ist das Höchste ({1}); weitere werden nicht angenommen",
	'run "heimweg-relay bans" to see which homes ban so many, and ask their owners for shorter bans':
		'"heimweg-relay bans" ausführen, um zu sehen, welche Heimserver so viele sperren, und ihre Besitzer um kürzere Sperren bitten',
	"bans cannot be saved": "Sperren lassen sich nicht speichern",
	"the file with the bans cannot be written, and HAProxy would start without them: {0}":
		"die Datei mit den Sperren lässt sich nicht schreiben, und HAProxy würde ohne sie starten: {0}",
	"free some space, or correct the rights of the folder; it is tried again by itself":
		"Platz schaffen oder die Rechte des Ordners berichtigen; es wird von selbst wieder versucht",
	"the home {0.} has not banned {1}": "der Heimserver {0} hat {1} nicht gesperrt",
	"{0#} clients of 1 home are refused": "{0} Clients von 1 Heimserver werden abgewiesen",
	"{0#} clients of 1 home, of whom HAProxy has not learned":
		"{0} Clients von 1 Heimserver, von denen HAProxy nicht erfahren hat",
	"{0#} clients of {1#} homes are refused": "{0} Clients von {1} Heimservern werden abgewiesen",
	"{0#} clients of {1#} homes, of whom HAProxy has not learned":
		"{0} Clients von {1} Heimservern, von denen HAProxy nicht erfahren hat",
	'"{0}" is not one client: expected an address, a /32 or an IPv6 /64':
		'"{0}" ist nicht ein Client: erwartet war eine Adresse, ein /32 oder ein IPv6-/64',
} as const;
