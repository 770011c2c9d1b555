/** What `--help` of both programs says. */
export const help = {
	"Usage:": "Aufruf:",
	"Arguments:": "Argumente:",
	"Options:": "Optionen:",
	"Commands:": "Befehle:",
	"display help for command": "diese Hilfe zeigen",
	"default: {0}": "Vorgabe: {0}",
	"output the version number": "die Version zeigen",

	"Keeps a mail server at home reachable although its address changes: runs on the home server, keeps the tunnel to the relay up and the records at deSEC true.":
		"Hält einen Mailserver zu Hause erreichbar, obwohl seine Adresse wechselt: läuft auf dem Heimserver, hält den Tunnel zum Relay offen und die Einträge bei deSEC richtig.",
	"Routes mail to the homes behind the tunnel: runs on the relay, keeps WireGuard's peers and Postfix's maps as the files in homes.d say.":
		"Leitet Mail zu den Heimservern hinter dem Tunnel: läuft auf dem Relay, hält WireGuards Gegenstellen und Postfix' Tabellen so, wie die Dateien in homes.d es sagen.",

	"Exit status:": "Rückgabewert:",
	"all is well": "alles ist gut",
	'something is wrong; "status": also a warning, and what is not known to be well':
		'etwas ist nicht in Ordnung; "status": auch eine Warnung und das, wovon nicht bekannt ist, dass es gut ist',
	'"doctor": mail is at risk': '"doctor": Mail ist in Gefahr',
	"also send a mail to this mailbox here, out to the relay and back, and show its way (as root)":
		"auch eine Mail an dieses Postfach hier senden, hinaus zum Relay und zurück, und ihren Weg zeigen (als root)",
	'"status": the daemon does not run': '"status": der Dienst läuft nicht',
	"the command line is wrong (sysexits.h: EX_USAGE)": "die Befehlszeile ist falsch (sysexits.h: EX_USAGE)",
	"the configuration cannot work (sysexits.h: EX_CONFIG)":
		"die Konfiguration kann nicht funktionieren (sysexits.h: EX_CONFIG)",
	"Environment:": "Umgebung:",
	"what language commands speak, English or German; so do LC_ALL, LC_MESSAGES and LANGUAGE (locale(7))":
		"welche Sprache die Befehle sprechen, Englisch oder Deutsch; ebenso LC_ALL, LC_MESSAGES und LANGUAGE (locale(7))",
	"Files:": "Dateien:",
	"the configuration": "die Konfiguration",
	"this home's private key (root:heimweg, 0640)":
		"der private Schlüssel dieses Heimservers (root:heimweg, 0640)",
	"the deSEC token (root:heimweg, 0640)": "das Token von deSEC (root:heimweg, 0640)",
	"one file per home; adding or removing one takes effect by itself":
		"eine Datei je Heimserver; eine neue und eine entfernte wirken von selbst",
	"the relay's private key (root:heimweg, 0640)": "der private Schlüssel des Relays (root:heimweg, 0640)",
	"Signals to the daemon:": "Signale an den Dienst:",
	"read the configuration anew; an error keeps the old one and says so":
		"die Konfiguration neu lesen; ein Fehler lässt die alte in Kraft und wird gesagt",
	"end; the tunnel and the records stay as they are":
		"enden; der Tunnel und die Einträge bleiben, wie sie sind",
	"end; the tunnel and the maps stay as they are": "enden; der Tunnel und die Tabellen bleiben, wie sie sind",

	"the daemon; the unit heimweg.service runs it": "der Dienst; die Unit heimweg.service führt ihn aus",
	"the daemon; the unit heimweg-relay.service runs it":
		"der Dienst; die Unit heimweg-relay.service führt ihn aus",
	"what the daemon is doing, and what is wrong": "was der Dienst tut und was nicht in Ordnung ist",
	"which homes are here, and what is wrong; of many homes, who is in trouble":
		"welche Heimserver da sind und was nicht in Ordnung ist; bei vielen die, denen etwas fehlt",
	"for scripts": "für Skripte",
	"everything, also what is left out or counted because there is so much of it":
		"alles, auch was weggelassen oder nur gezählt wird, weil es so viel ist",
	"what is known of one home, whose id this is": "was von dem einen Heimserver dieses Namens bekannt ist",
	"lists everything that is wrong with the configuration, its secrets and this machine":
		"zählt alles auf, was an der Konfiguration, ihren Geheimnissen und diesem Rechner nicht in Ordnung ist",
	"lists everything that is wrong with the configuration, its key, the homes' files and this machine":
		"zählt alles auf, was an der Konfiguration, ihrem Schlüssel, den Dateien der Heimserver und diesem Rechner nicht in Ordnung ist",
	"by the rights of who asks, as a reload reads it; the unit looks so before one":
		"mit den Rechten dessen, der fragt, so wie ein Reload sie liest; die Unit sieht vor einem so nach",
	"takes away what run set up on this machine: the interface, the guard table; the records stay":
		"nimmt weg, was run auf diesem Rechner eingerichtet hat: die Schnittstelle und die Tabelle der Wache; die Einträge bleiben",
	"takes away what run set up on this machine: the interface and the guard table; refuses while mail waits":
		"nimmt weg, was run auf diesem Rechner eingerichtet hat: die Schnittstelle und die Tabelle der Wache; weigert sich, solange Mail wartet",
	"also while mail waits for a home": "auch, solange Mail für einen Heimserver wartet",
	"shows what Postfix needs, to send through the relay and to take mail from it alone; exits 1 when something is missing":
		"zeigt, was Postfix braucht, um über das Relay zu senden und nur von ihm Mail anzunehmen; endet mit 1, wenn etwas fehlt",
	"shows what Postfix needs for Heimweg; exits 1 when something is missing":
		"zeigt, was Postfix für Heimweg braucht; endet mit 1, wenn etwas fehlt",
	"set it (as root), with a copy of main.cf and master.cf":
		"es setzen (als root), mit einer Kopie von main.cf und master.cf",
	"take back what --apply set": "zurücknehmen, was --apply gesetzt hat",
	"take back what --apply set, unless mail waits for a home":
		"zurücknehmen, was --apply gesetzt hat, außer wenn Mail für einen Heimserver wartet",
	"take it back although mail waits": "es zurücknehmen, obwohl Mail wartet",

	"makes this machine a home: asks for the code of heimweg-relay invite, or reads it from standard input; then sets up records, valid recipients and Postfix, and proves that mail takes its way":
		"macht diesen Rechner zum Heimserver: fragt nach dem Code von heimweg-relay invite oder liest ihn von der Standardeingabe; richtet dann Einträge, gültige Empfänger und Postfix ein und beweist, dass Mail ihren Weg nimmt",
	"join with a new code although this machine is a home; heimweg.toml is kept beside it":
		"mit einem neuen Code beitreten, obwohl dieser Rechner ein Heimserver ist; heimweg.toml wird daneben aufgehoben",
	"how long the relay may take to answer": "wie lange das Relay für die Antwort brauchen darf",
	"prints this home's public key for heimweg-relay admit, and makes the key if there is none":
		"zeigt den öffentlichen Schlüssel dieses Heimservers für heimweg-relay admit und erzeugt ihn, wenn es keinen gibt",
	"shows what Dovecot needs for mail programs that come through the relay; exits 1 when something is missing":
		"zeigt, was Dovecot für Mailprogramme braucht, die durch das Relay kommen; endet mit 1, wenn etwas fehlt",
	"set it (as root), in a file of its own": "es setzen (als root), in einer eigenen Datei",
	"take that file away": "diese Datei wegnehmen",
	"shows the public half of each key that signs this home's mail; exits 1 when one cannot be read":
		"zeigt die öffentliche Hälfte jedes Schlüssels, der die Mail dieses Heimservers signiert; endet mit 1, wenn einer nicht zu lesen ist",
	"write the file that the daemon reads; the unit heimweg-dkim.service does that":
		"die Datei schreiben, die der Dienst liest; das tut die Unit heimweg-dkim.service",
	"the records of the relay's own name, as one plan":
		"die Einträge des eigenen Namens des Relays, als ein Plan",
	"the file for Outlook instead": "stattdessen die Datei für Outlook",
	"the lines for a web server instead, and where the files go":
		"stattdessen die Zeilen für einen Webserver, und wohin die Dateien gehören",
	"all records of the mail domains, as one plan": "alle Einträge der Maildomains, als ein Plan",
	"shows what would be changed, why and by whose word; exits 1 when there is something to do":
		"zeigt, was geändert würde, warum und auf wessen Wort; endet mit 1, wenn etwas zu tun ist",
	"let NAME TYPE be replaced although it is not Heimweg's":
		"NAME TYPE ersetzen lassen, obwohl es nicht von Heimweg ist",
	"makes the changes of the plan, all at once, and watches them at the name servers":
		"macht die Änderungen des Plans, alle auf einmal, und sieht bei den Nameservern nach ihnen",
	"do not ask": "nicht fragen",
	"also when more than a third of the zone is changed or deleted":
		"auch, wenn mehr als ein Drittel der Zone geändert oder gelöscht wird",
	"takes the last apply back; what others added since stays":
		"nimmt das letzte apply zurück; was andere seither hinzugefügt haben, bleibt",
	"prints the policies that are enough for the token at deSEC, in the order to make them in":
		"zeigt die Policies, die für das Token bei deSEC reichen, in der Reihenfolge, in der sie anzulegen sind",
	"compare with what the token of this id has; exits 1 when one is missing":
		"mit denen vergleichen, die das Token dieser Nummer hat; endet mit 1, wenn eine fehlt",
	"prints the zones as files for another provider":
		"gibt die Zonen als Dateien für einen anderen Anbieter aus",
	"prints the file for mail programs that a web server has to serve":
		"gibt die Datei für Mailprogramme aus, die ein Webserver ausliefern muss",
	"the mail domain": "die Maildomain",
	"asks every source in [recipients] who the valid recipients are; exits 1 when one cannot be listed":
		"fragt jede Quelle in [recipients] nach den gültigen Empfängern; endet mit 1, wenn eine nicht aufzuzählen ist",
	"print the recipients themselves": "die Empfänger selbst ausgeben",
	"write the file that the daemon reads; the unit heimweg-recipients.service does that":
		"die Datei schreiben, die der Dienst liest; das tut die Unit heimweg-recipients.service",
	"print what lets Dovecot list its users to the unit (doveadm = true)":
		"ausgeben, womit Dovecot der Unit seine Benutzer aufzählt (doveadm = true)",
	"clients that the relay refuses for this home; fail2ban adds and removes them":
		"Clients, die das Relay für diesen Heimserver abweist; fail2ban fügt sie hinzu und nimmt sie weg",
	"how long; 365 days if not given, or with -1": "wie lange; 365 Tage, wenn nichts oder -1 angegeben ist",
	"who bans; what one jail ends, another may still want":
		"wer sperrt; was ein Jail beendet, kann ein anderes noch wollen",
	'list, add or remove a client, flush those of a jail; "jail" prints fail2ban\'s':
		'einen Client aufzählen (list), hinzufügen (add), wegnehmen (remove), die eines Jails leeren (flush); "jail" gibt das von fail2ban aus',
	"an address; of IPv6 its /64 is meant": "eine Adresse; bei IPv6 ist ihr /64 gemeint",

	"looks at all that mail needs, and says whose turn it is; exits 1 when there is something to do, 2 when mail is at risk":
		"sieht alles an, was Mail braucht, und sagt, wer am Zug ist; endet mit 1, wenn etwas zu tun ist, mit 2, wenn Mail in Gefahr ist",
	"looks at all that mail needs of this relay, and says whose turn it is; exits 1 when there is something to do, 2 when mail is at risk":
		"sieht alles an, was Mail von diesem Relay braucht, und sagt, wer am Zug ist; endet mit 1, wenn etwas zu tun ist, mit 2, wenn Mail in Gefahr ist",
	"mail domains; those of the configuration when none is named":
		"Maildomains; die der Konfiguration, wenn keine genannt ist",
	"mail domains; those of the homes when none is named":
		"Maildomains; die der Heimserver, wenn keine genannt ist",

	"prints a code with which a home joins, and routes its domains' mail to wait until then":
		"gibt einen Code aus, mit dem ein Heimserver beitritt, und lässt die Mail seiner Domains bis dahin warten",
	"make a new code; the one before, and the key that came by it, are void":
		"einen neuen Code machen; der vorige und der Schlüssel, der mit ihm kam, gelten nicht mehr",
	"a name for it, of small letters, digits and -": "ein Name für ihn, aus kleinen Buchstaben, Ziffern und -",
	"its mail domains": "seine Maildomains",
	"lists who is invited and who has joined by a code":
		"zählt auf, wer eingeladen ist und wer mit einem Code beigetreten ist",
	"ends a home, in the order in which no mail goes back; refuses while mail waits for it":
		"beendet einen Heimserver, in der Reihenfolge, in der keine Mail zurückgeht; weigert sich, solange Mail für ihn wartet",
	"also while mail waits for it": "auch, solange Mail für ihn wartet",
	"its name": "sein Name",
	"writes the file of a home whose key is known, without a code":
		"schreibt die Datei eines Heimservers, dessen Schlüssel bekannt ist, ohne einen Code",
	'its public key, as "heimweg key" prints it there':
		'sein öffentlicher Schlüssel, wie ihn dort "heimweg key" ausgibt',
	"confirms that the many homes whose files vanished at once are meant to be gone":
		"bestätigt, dass die vielen Heimserver, deren Dateien auf einmal verschwanden, weg sein sollen",
	"confirms that a home's list of recipients is meant to be so much shorter than before":
		"bestätigt, dass die Empfängerliste eines Heimservers so viel kürzer sein soll als vorher",
	"the home's id": "der Name des Heimservers",
	"sends mail back to its senders that is held for a home which refuses it (postfix.hold)":
		"schickt Mail an ihre Absender zurück, die für einen Heimserver festgehalten wird, der sie ablehnt (postfix.hold)",
	"clients that homes have banned; lets one in again":
		"Clients, die Heimserver gesperrt haben; lässt einen wieder herein",
	"the home's id, to remove": "der Name des Heimservers, zum Wegnehmen",
	"has Postfix ask a home, without a mail, whether it would take one":
		"lässt Postfix einen Heimserver ohne eine Mail fragen, ob er eine nähme",
} as const;
