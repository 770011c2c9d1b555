/** Why mail waits, by Postfix's words, and what is to set in Postfix. */
export const postfix = {
	"{0} does not take mail for this domain": "{0} nimmt keine Mail für diese Domain an",
	"on {0}, add the domain to mydestination or virtual_mailbox_domains of its Postfix":
		"auf {0:dat} die Domain zu mydestination oder virtual_mailbox_domains seines Postfix hinzufügen",
	"{0} does not take mail from {1}": "{0} nimmt keine Mail {1:von} an",
	"on {0}, look at the restrictions of its mail server for the address of {1}":
		"auf {0:dat} die Beschränkungen seines Mailservers für die Adresse {1:von} ansehen",
	"{0} takes mail from strangers only at the second try":
		"{0} nimmt Mail von Fremden erst beim zweiten Versuch an",
	"wait: Postfix tries again by itself": "warten: Postfix versucht es von selbst wieder",
	"the Postfix of {0} cannot read one of its tables":
		"der Postfix auf {0:dat} kann eine seiner Tabellen nicht lesen",
	"on {0}, run \"journalctl -u 'postfix*' -p warning\": it names the table":
		"auf {0:dat} \"journalctl -u 'postfix*' -p warning\" ausführen: es nennt die Tabelle",
	"the disk of {0} is full": "die Festplatte auf {0:dat} ist voll",
	'on {0}, run "df -h /var/spool/postfix" and free some space':
		'auf {0:dat} "df -h /var/spool/postfix" ausführen und Platz schaffen',
	"the mailbox on {0} is full": "das Postfach auf {0:dat} ist voll",
	"on {0}, let its owner delete mail, or raise the quota":
		"auf {0:dat} seinen Besitzer Mail löschen lassen oder das Kontingent erhöhen",
	"the mail is larger than {0} takes": "die Mail ist größer, als {0} annimmt",
	"make message_size_limit the same on both machines": "message_size_limit auf beiden Rechnern gleich setzen",
	"{0} does not know this recipient": "{0} kennt diesen Empfänger nicht",
	"on {0}, look where its Postfix has its recipients (local_recipient_maps, virtual_mailbox_maps, virtual_alias_maps)":
		"auf {0:dat} nachsehen, wo sein Postfix die Empfänger hat (local_recipient_maps, virtual_mailbox_maps, virtual_alias_maps)",
	"{0} takes no mail just now": "{0} nimmt gerade keine Mail an",
	"if it lasts, on {0}, run \"journalctl -u 'postfix*' -p warning\"":
		"wenn es anhält, auf {0:dat} \"journalctl -u 'postfix*' -p warning\" ausführen",
	"{0} does not take the mail": "{0} nimmt die Mail nicht an",
	"look at its words; on {0}, run \"journalctl -u 'postfix*' -p warning\"":
		"seine Worte ansehen; auf {0:dat} \"journalctl -u 'postfix*' -p warning\" ausführen",
	"{0} keeps this domain's mail until its way is known":
		"{0} behält die Mail dieser Domain, bis ihr Weg bekannt ist",
	'on {0}, run "heimweg-relay status": it names what is wrong with the domain':
		'auf {0:dat} "heimweg-relay status" ausführen: es nennt, was mit der Domain nicht stimmt',
	"the Postfix of {0} lacks the service that would deliver the mail, or the service does not start":
		"dem Postfix auf {0:dat} fehlt der Dienst, der die Mail zustellen würde, oder der Dienst startet nicht",
	'on {0}, run "journalctl -u \'postfix*\' -p warning", and "postconf -M" for the service that it names':
		'auf {0:dat} "journalctl -u \'postfix*\' -p warning" ausführen, und "postconf -M" für den Dienst, den es nennt',
	"the Postfix of {0} would send the mail to itself":
		"der Postfix auf {0:dat} würde die Mail an sich selbst senden",
	'on {0}, run "heimweg-relay postfix": transport_maps lacks the way to the home':
		'auf {0:dat} "heimweg-relay postfix" ausführen: in transport_maps fehlt der Weg zum Heimserver',
	"{0} cannot look names up": "{0} kann keine Namen auflösen",
	"on {0}, look at its resolver: /etc/resolv.conf (and Postfix's copy, /var/spool/postfix/etc/resolv.conf)":
		"auf {0:dat} den Resolver ansehen: /etc/resolv.conf (und die Kopie von Postfix, /var/spool/postfix/etc/resolv.conf)",
	"the recipient's domain has no mail server": "die Domain des Empfängers hat keinen Mailserver",
	"look whether the address is written right": "nachsehen, ob die Adresse richtig geschrieben ist",
	"the service on {0} that puts mail into the mailboxes (LMTP) is away":
		"der Dienst auf {0:dat}, der Mail in die Postfächer legt (LMTP), ist weg",
	'on {0}, run "systemctl status dovecot", and look whether the socket that mailbox_transport or virtual_transport names is there':
		'auf {0:dat} "systemctl status dovecot" ausführen und nachsehen, ob der Socket da ist, den mailbox_transport oder virtual_transport nennt',
	'on {0}, run "df -h" and free some space': 'auf {0:dat} "df -h" ausführen und Platz schaffen',
	"the mailbox is full": "das Postfach ist voll",
	"let its owner delete mail, or raise the quota":
		"seinen Besitzer Mail löschen lassen oder das Kontingent erhöhen",
	"a milter does not run, and Postfix takes no mail without it":
		"ein Milter läuft nicht, und ohne ihn nimmt Postfix keine Mail an",
	"the milter {0} does not run": "der Milter {0} läuft nicht",
	"this home's Postfix asks the milter {0} about every mail (smtpd_milters), and nothing listens there, so it refuses what the relay brings, which goes back to its senders (5xx)":
		"der Postfix dieses Heimservers fragt den Milter {0} zu jeder Mail (smtpd_milters), und dort lauscht nichts; darum lehnt er ab, was das Relay bringt, und es geht an die Absender zurück (5xx)",
	"this home's Postfix asks the milter {0} about every mail (smtpd_milters), and nothing listens there, so it puts off what the relay brings, which waits there (451)":
		"der Postfix dieses Heimservers fragt den Milter {0} zu jeder Mail (smtpd_milters), und dort lauscht nichts; darum vertröstet er, was das Relay bringt, und es wartet dort (451)",
	'on this home, start the program behind it ("systemctl status opendkim"); "milter_default_action = accept" in main.cf would take mail without it meanwhile, and send mail unsigned':
		'auf diesem Heimserver das Programm dahinter starten ("systemctl status opendkim"); "milter_default_action = accept" in main.cf ließe Mail inzwischen ohne ihn herein, und unsigniert hinaus',
	"this relay's Postfix asks the milter {0} about every mail (smtpd_milters), and nothing listens there, so it refuses all mail, which goes back to its senders (5xx)":
		"der Postfix dieses Relays fragt den Milter {0} zu jeder Mail (smtpd_milters), und dort lauscht nichts; darum lehnt er alle Mail ab, und sie geht an die Absender zurück (5xx)",
	"this relay's Postfix asks the milter {0} about every mail (smtpd_milters), and nothing listens there, so it puts off all mail (451)":
		"der Postfix dieses Relays fragt den Milter {0} zu jeder Mail (smtpd_milters), und dort lauscht nichts; darum vertröstet er alle Mail (451)",
	'on this relay, start the program behind it ("systemctl status rspamd"); "milter_default_action = accept" in main.cf would let mail in unfiltered meanwhile':
		'auf diesem Relay das Programm dahinter starten ("systemctl status rspamd"); "milter_default_action = accept" in main.cf ließe Mail inzwischen ungefiltert herein',
	"the Postfix of {0} has this recipient, and the program that puts mail into the mailboxes (LMTP) has not":
		"der Postfix auf {0:dat} hat diesen Empfänger, und das Programm, das Mail in die Postfächer legt (LMTP), hat ihn nicht",
	'on {0}, run "doveadm user" with that address; if Dovecot knows it, look at "doveconf -f protocol=lmtp auth_username_format": Debian 13\'s conf.d/20-lmtp.conf cuts the domain off, "%{user | lower}" keeps it':
		'auf {0:dat} "doveadm user" mit dieser Adresse ausführen; kennt Dovecot sie, "doveconf -f protocol=lmtp auth_username_format" ansehen: conf.d/20-lmtp.conf von Debian 13 schneidet die Domain ab, "%{user | lower}" behält sie',
	"the Postfix of {0} may not write into the mailbox":
		"der Postfix auf {0:dat} darf nicht ins Postfach schreiben",
	"on {0}, look at owner and rights of the folder that is named (ls -ld)":
		"auf {0:dat} Besitzer und Rechte des genannten Ordners ansehen (ls -ld)",
	"the program on {0} that puts mail into the mailboxes fails":
		"das Programm auf {0:dat}, das Mail in die Postfächer legt, scheitert",
	"on {0}, look at its words, and run \"journalctl -u 'postfix*' -p warning\"":
		"auf {0:dat} seine Worte ansehen und \"journalctl -u 'postfix*' -p warning\" ausführen",
	"{0} took the mail, and then did not know its recipient":
		"{0} nahm die Mail an und kannte dann ihren Empfänger nicht",
	"on {0}, look where Postfix has its recipients (local_recipient_maps, virtual_mailbox_maps), and whether Dovecot knows them":
		"auf {0:dat} nachsehen, wo Postfix die Empfänger hat (local_recipient_maps, virtual_mailbox_maps) und ob Dovecot sie kennt",
	"there is no encrypted connection from {0} to {1}":
		"es gibt keine verschlüsselte Verbindung {0:von} {1:zu}",
	"look at smtp_tls_security_level on {0}, and at the certificate of {1}":
		"smtp_tls_security_level auf {0:dat} und das Zertifikat {1:von} ansehen",
	"nothing comes back from {0}: it is off, or a firewall drops what comes":
		"{0:von} kommt nichts zurück: er ist aus, oder eine Firewall verwirft, was kommt",
	"look whether {0} is on, and whether a firewall there or here drops TCP port 25":
		"nachsehen, ob {0} an ist und ob eine Firewall dort oder hier TCP-Port 25 verwirft",
	"no mail server runs on {0}": "auf {0:dat} läuft kein Mailserver",
	'on {0}, run "systemctl status postfix", and look whether inet_interfaces is "all"':
		'auf {0:dat} "systemctl status postfix" ausführen und nachsehen, ob inet_interfaces "all" ist',
	"{0} has no way to {1}": "{0} hat keinen Weg {1:zu}",
	'on {0}, look at the line and the routes ("ip route")':
		'auf {0:dat} den Anschluss und die Routen ansehen ("ip route")',
	"the connection to {0} breaks": "die Verbindung {0:zu} bricht ab",
	"if it lasts, on {0}, run \"journalctl -u 'postfix*' -p warning\"; if it breaks with large mails only, look at the MTU of the line":
		"wenn es anhält, auf {0:dat} \"journalctl -u 'postfix*' -p warning\" ausführen; bricht sie nur bei großen Mails ab, die MTU des Anschlusses ansehen",
	"the Postfix of {0} may not write where it should":
		"der Postfix auf {0:dat} darf nicht schreiben, wo er soll",
	"on {0}, look at owner and rights of what is named (ls -ld)":
		"auf {0:dat} Besitzer und Rechte des Genannten ansehen (ls -ld)",
	"Postfix names a reason of its own": "Postfix nennt einen eigenen Grund",
	'look at the reason, and at "mailq"': 'den Grund und "mailq" ansehen',

	"no connection in time": "keine Verbindung in der erlaubten Zeit",
	"it is not asked any more": "er wird nicht mehr gefragt",
	"it takes connections, but sends no greeting": "er nimmt Verbindungen an, sendet aber keine Begrüßung",
	'its greeting is "{0}"': 'seine Begrüßung ist "{0}"',
	"it closed the connection without a greeting": "er hat die Verbindung ohne Begrüßung beendet",
	"nothing listens on this port": "nichts lauscht auf diesem Port",
	"there is no way to it": "es gibt keinen Weg dorthin",

	"A Postfix map of ours is damaged": "eine unserer Postfix-Tabellen ist beschädigt",
	"{0}; it is made anew": "{0}; sie wird neu erzeugt",
	"nothing, unless this lasts or comes again: then look at the disk":
		"nichts, außer es hält an oder kommt wieder: dann die Festplatte ansehen",
	"Postfix does not use what Heimweg writes": "Postfix benutzt nicht, was Heimweg schreibt",
	"this relay's Postfix is not set up for Heimweg, so mail does not take its way to the homes: {0}":
		"der Postfix dieses Relays ist nicht für Heimweg eingerichtet, Mail nimmt darum nicht ihren Weg zu den Heimservern: {0}",
	'run "heimweg-relay postfix --apply" on this relay, which sets it; "heimweg-relay postfix" shows first what it would set':
		'"heimweg-relay postfix --apply" auf diesem Relay ausführen, das richtet es ein; "heimweg-relay postfix" zeigt vorher, was es setzen würde',
	"heimweg-relay postfix was interrupted on this relay before it had Postfix read the settings that it changed; Postfix shows them, and may go by those before":
		"heimweg-relay postfix wurde auf diesem Relay unterbrochen, bevor es Postfix die geänderten Einstellungen lesen ließ; Postfix zeigt sie, und arbeitet vielleicht noch mit denen von vorher",
	'run "heimweg-relay postfix --apply" on this relay, which has Postfix read them; "heimweg-relay postfix --undo", if they were being taken back':
		'"heimweg-relay postfix --apply" auf diesem Relay ausführen, dann liest Postfix sie; "heimweg-relay postfix --undo", wenn sie zurückgenommen werden sollten',
	"master.cf has no service {0}": "in master.cf gibt es keinen Dienst {0}",
	"the service {0} in master.cf is not Postfix's smtp client":
		"der Dienst {0} in master.cf ist nicht der SMTP-Client von Postfix",
	"{0.} is not as it should be": "{0} ist nicht so, wie es sein soll",
	"{0.} does not begin with {1.}": "{0} beginnt nicht mit {1}",
	"{0.} lacks {1.}": "{0} fehlt {1}",
	"Postfix does not run": "Postfix läuft nicht",
	"Postfix does not run: this relay takes no mail for the homes, and sends none":
		"Postfix läuft nicht: dieses Relay nimmt keine Mail für die Heimserver an und sendet keine",
	'run "systemctl start postfix", and look at "journalctl -u \'postfix*\'"':
		'"systemctl start postfix" ausführen und "journalctl -u \'postfix*\'" ansehen',
	"mail that a damaged map has held up is not tried again":
		"Mail, die eine beschädigte Tabelle aufgehalten hat, wird nicht wieder versucht",
	"mail that a damaged map has held up goes on at Postfix's own times only: {0}":
		"Mail, die eine beschädigte Tabelle aufgehalten hat, geht nur zu den Zeiten von Postfix weiter: {0}",
	'"{0.} {1}" is no entry for a Postfix map': '"{0} {1}" ist kein Eintrag für eine Postfix-Tabelle',
	'"{0}" is no key of a Postfix map': '"{0}" ist kein Schlüssel einer Postfix-Tabelle',
	"cannot {0}: {1}": "nicht möglich: {0}: {1}",
	"cannot write the map {0.}: {1}": "die Tabelle {0} lässt sich nicht schreiben: {1}",
	"make {0} writable for heimweg-relay": "{0} für heimweg-relay beschreibbar machen",
	"free some space on the disk that holds {0}": "Platz auf der Festplatte schaffen, auf der {0} liegt",
	'run "chown -R heimweg: {0}" and "chmod 0755 {1}"':
		'"chown -R heimweg: {0}" und "chmod 0755 {1}" ausführen',
	'Postfix\'s default_database_type is "{0}"; Heimweg can keep maps of type {1}':
		'default_database_type von Postfix ist "{0}"; Heimweg kann Tabellen der Art {1} führen',
	'run "apt install postfix-lmdb" and "postconf -e default_database_type=lmdb"':
		'"apt install postfix-lmdb" und "postconf -e default_database_type=lmdb" ausführen',
	"cannot make the maps in {0.}: {1}": "die Tabellen in {0} lassen sich nicht anlegen: {1}",
	'run "chown -R {0}: {1}", and see that the disk has room':
		'"chown -R {0}: {1}" ausführen und dafür sorgen, dass die Festplatte Platz hat',
	'there is no user "{0}", which heimweg-relay runs as':
		'es gibt keinen Benutzer "{0}", als der heimweg-relay läuft',
	'run "systemd-sysusers" after installing the file from systemd/, or install the package':
		'"systemd-sysusers" ausführen, nachdem die Datei aus systemd/ installiert ist, oder das Paket installieren',
	"mail waits for {0} and would come back to its senders":
		"für {0} wartet Mail und käme zu ihren Absendern zurück",
	'let it be delivered first, or repeat with "--undo --force"':
		'sie erst zustellen lassen, oder mit "--undo --force" wiederholen',

	"what this home sends goes through the tunnel, and out to the world from the relay's static address":
		"was dieser Heimserver sendet, geht durch den Tunnel und von der festen Adresse des Relays hinaus in die Welt",
	"this rule lets in mynetworks, people who have logged in, and the relay through the tunnel, and nobody else":
		"diese Regel lässt mynetworks herein, wer sich angemeldet hat, und das Relay durch den Tunnel, und sonst niemanden",
	"Postfix is told the name of this rule": "Postfix erfährt den Namen dieser Regel",
	"the internet's mail comes through the relay only; a spammer who finds this home's address is turned away":
		"die Mail aus dem Internet kommt nur über das Relay; ein Spammer, der die Adresse dieses Heimservers findet, wird abgewiesen",
	"heimweg-relay decides what a home may send; while it does not run, that mail waits at home":
		"heimweg-relay entscheidet, was ein Heimserver senden darf; solange es nicht läuft, wartet diese Mail zu Hause",
	"this rule is for the homes' tunnel addresses only; mail from elsewhere does not depend on heimweg-relay":
		"diese Regel gilt nur für die Tunneladressen der Heimserver; Mail von anderswo hängt nicht von heimweg-relay ab",
	"Postfix is told the names of these two rules": "Postfix erfährt die Namen dieser beiden Regeln",
	"homes may send to everywhere, with a sender that their home file allows; for others all stays as it is":
		"Heimserver dürfen überallhin senden, mit einem Absender, den ihre Datei erlaubt; für andere bleibt alles, wie es ist",
	"mail for a home's domain goes into the tunnel; your own maps are asked after Heimweg's":
		"Mail für die Domain eines Heimservers geht in den Tunnel; die eigenen Tabellen werden nach denen von Heimweg gefragt",
	"mail for the homes' domains is accepted": "Mail für die Domains der Heimserver wird angenommen",
	"many homes that are away do not slow down the mail of one that is there":
		"viele Heimserver, die weg sind, bremsen nicht die Mail von einem, der da ist",
	"mail to users that a home does not have is refused at once":
		"Mail an Benutzer, die ein Heimserver nicht hat, wird gleich abgelehnt",
	"anna+shop@ is valid where anna@ is": "anna+shop@ ist gültig, wo anna@ es ist",
	"should a home's domain ever be missing from the transport map, its mail waits instead of bouncing":
		"sollte die Domain eines Heimservers einmal in der Transporttabelle fehlen, wartet ihre Mail, statt zurückzugehen",
	"a home's domain does not stand for its subdomains too, which no home takes mail for":
		"die Domain eines Heimservers steht nicht auch für ihre Subdomains, für die kein Heimserver Mail annimmt",
	"the homes get an smtp client of their own, so that homes that are away cannot hold up other mail":
		"die Heimserver bekommen einen eigenen SMTP-Client, damit Heimserver, die weg sind, andere Mail nicht aufhalten",

	"no service in master.cf takes mail on port {0}": "kein Dienst in master.cf nimmt auf Port {0} Mail an",
	'put the line "{0} inet n - y - - smtpd" into {1}/master.cf again, then run "postfix reload"':
		'die Zeile "{0} inet n - y - - smtpd" wieder in {1}/master.cf schreiben, dann "postfix reload" ausführen',
	'put the line "smtp inet n - y - - smtpd" into {0}/master.cf again, then run "postfix reload"':
		'die Zeile "smtp inet n - y - - smtpd" wieder in {0}/master.cf schreiben, dann "postfix reload" ausführen',
	'inet_protocols is "{0}", and mail comes in over IPv{1}':
		'inet_protocols ist "{0}", und Mail kommt über IPv{1} herein',
	'run "postconf -e inet_protocols=all", then run "systemctl restart postfix", since a reload does not change where Postfix listens':
		'"postconf -e inet_protocols=all" ausführen, dann "systemctl restart postfix", denn ein Reload ändert nicht, wo Postfix lauscht',
	'run "postconf -e inet_interfaces=all", then run "systemctl restart postfix", since a reload does not change where Postfix listens':
		'"postconf -e inet_interfaces=all" ausführen, dann "systemctl restart postfix", denn ein Reload ändert nicht, wo Postfix lauscht',
	'write "{0}" instead of "{1}" in {2}/master.cf, then run "systemctl restart postfix", since a reload does not change where Postfix listens':
		'in {2}/master.cf "{0}" statt "{1}" schreiben, dann "systemctl restart postfix" ausführen, denn ein Reload ändert nicht, wo Postfix lauscht',
	"it still listens for this machine alone, as before its configuration was changed":
		"er lauscht noch nur für diesen Rechner selbst, wie vor der Änderung seiner Konfiguration",
	'run "systemctl restart postfix"': '"systemctl restart postfix" ausführen',
	"inet_interfaces = {0} names {1}": "inet_interfaces = {0} nennt {1}",
	"inet_interfaces = all names {0}": "inet_interfaces = all nennt {0}",
	"the service {0} in master.cf names {1}": "der Dienst {0} in master.cf nennt {1}",
	"it listens for this machine alone (inet_interfaces = {0})":
		"er lauscht nur für diesen Rechner selbst (inet_interfaces = {0})",
	"it listens for this machine alone (inet_interfaces = all)":
		"er lauscht nur für diesen Rechner selbst (inet_interfaces = all)",
	"it listens for this machine alone (the service {0} in master.cf)":
		"er lauscht nur für diesen Rechner selbst (der Dienst {0} in master.cf)",
	"it listens elsewhere (inet_interfaces = {0})": "er lauscht anderswo (inet_interfaces = {0})",
	"it listens elsewhere (inet_interfaces = all)": "er lauscht anderswo (inet_interfaces = all)",
	"it listens elsewhere (the service {0} in master.cf)": "er lauscht anderswo (der Dienst {0} in master.cf)",

	"what Postfix does with the mail is not known": "was Postfix mit der Mail tut, ist nicht bekannt",
	"whether mail goes back to its senders is not known: {0}":
		"ob Mail an ihre Absender zurückgeht, ist nicht bekannt: {0}",
	"the journal is not read ({0})": "das Journal wird nicht gelesen ({0})",
	"nothing is handed on": "nichts wird weitergereicht",
	"Postfix writes its log to {0}, not to the journal":
		"Postfix schreibt sein Log nach {0}, nicht ins Journal",
	"Postfix logs under the name {0}, and its lines are known by postfix":
		"Postfix protokolliert unter dem Namen {0}, und seine Zeilen werden an postfix erkannt",
	'have it log under its usual name ("postconf -X syslog_name", then "postfix reload")':
		'es unter dem üblichen Namen protokollieren lassen ("postconf -X syslog_name", dann "postfix reload")',
	'have Postfix log to syslog ("postconf -X maillog_file", then "systemctl restart postfix")':
		'Postfix nach syslog schreiben lassen ("postconf -X maillog_file", dann "systemctl restart postfix")',
	'run "systemctl start {0}-maillog.socket", and look at "journalctl -u \'{1}-maillog@*\'"; where there is no such unit, run systemd/install again':
		'"systemctl start {0}-maillog.socket" ausführen und "journalctl -u \'{1}-maillog@*\'" ansehen; wo es die Unit nicht gibt, systemd/install noch einmal ausführen',
	"Postfix takes no mail because its disk is full":
		"Postfix nimmt keine Mail an, weil seine Festplatte voll ist",
	"Postfix puts all mail off until there is room: {0} are free on the disk that holds {1}, and it wants {2}":
		"Postfix schiebt alle Mail auf, bis Platz ist: {0} sind auf der Festplatte frei, auf der {1} liegt, und er will {2}",
	'free some space there ("df {0}"); Postfix goes on by itself, and no mail is lost that is sent again':
		'dort Platz schaffen ("df {0}"); Postfix macht von selbst weiter, und keine Mail geht verloren, die noch einmal gesendet wird',
	'cannot list Postfix\'s queue with "postqueue -j": {0}':
		'die Warteschlange von Postfix lässt sich mit "postqueue -j" nicht auflisten: {0}',
	'look whether Postfix runs ("systemctl status postfix"), and whether user heimweg is in group postdrop':
		'nachsehen, ob Postfix läuft ("systemctl status postfix") und ob der Benutzer heimweg in der Gruppe postdrop ist',
	"Postfix cannot be told to deliver what waits: {0}":
		"Postfix lässt sich nicht dazu bringen, Wartendes zuzustellen: {0}",
	"Postfix {0} or newer is needed, and this is {1}": "Postfix {0} oder neuer ist nötig, und dies ist {1}",
	"Postfix {0} or newer is needed, and this is none": "Postfix {0} oder neuer ist nötig, und dies ist keiner",
	"upgrade to a distribution that has it, such as Debian 12":
		"auf eine Distribution wechseln, die ihn hat, etwa Debian 12",
	"take it out of {0} in main.cf": "sie in main.cf aus {0} herausnehmen",
	'run "apt install postfix-{0}", or {1}': '"apt install postfix-{0}" ausführen, oder {1}',
	'make it with "postmap {0}", or {1}': 'sie mit "postmap {0}" erzeugen, oder {1}',
	"put the file back, or {0}": "die Datei zurücklegen, oder {0}",
	"{0.}, which says what Heimweg set in Postfix, cannot be read: {1}":
		"{0}, worin steht, was Heimweg in Postfix gesetzt hat, ist nicht lesbar: {1}",
	"compare main.cf and master.cf with the copies beside them, and remove the file":
		"main.cf und master.cf mit den Kopien daneben vergleichen und die Datei entfernen",
	"service on port {0#}": "Dienst auf Port {0}",
	"service {0.}": "Dienst {0}",
	"service {0.}, -o {1}": "Dienst {0}, -o {1}",
	"--apply and --undo exclude each other": "--apply und --undo schließen einander aus",
	"only root may change Postfix's configuration": "nur root darf die Konfiguration von Postfix ändern",
	"run the command again with sudo": "den Befehl mit sudo noch einmal ausführen",
	"Postfix does not show what was set: {0}": "Postfix zeigt nicht, was gesetzt wurde: {0}",
	"Postfix was left as it was, because setting it up failed: {0}":
		"Postfix blieb, wie er war, weil das Einrichten gescheitert ist: {0}",
	'run "postfix check" and put right what it says, then try again':
		'"postfix check" ausführen und berichtigen, was es sagt, dann noch einmal versuchen',
} as const;
