/** What `heimweg join` asks, does and proves once the code is used. */
export const joining = {
	"only show what would be done; the status is 1 when there is something, else 0":
		"nur zeigen, was getan würde; der Status ist 1, wenn es etwas gibt, sonst 0",
	"this machine has not joined: --dry-run shows what is to be done after that":
		"dieser Rechner ist noch nicht beigetreten: --dry-run zeigt, was danach zu tun ist",
	"keep no records at deSEC": "keine Einträge bei deSEC führen",
	"the name that gets this line's addresses, mail.DOMAIN unless said":
		"der Name, der die Adressen dieses Anschlusses bekommt, mail.DOMAIN, wenn nichts gesagt wird",
	"a file with the deSEC token, instead of a question": "eine Datei mit dem deSEC-Token, statt einer Frage",
	"the mailbox to which a mail is sent as a proof": "das Postfach, an das zum Beweis eine Mail gesendet wird",
	"send no mail as a proof": "zum Beweis keine Mail senden",
	"a file with more for heimweg.toml, such as [check_ip]; what is in its [dns] and [recipients] is not asked for":
		"eine Datei mit mehr für heimweg.toml, etwa [check_ip]; was in ihrem [dns] und [recipients] steht, wird nicht gefragt",
	"add to {0.} what {1.} says": "zu {0} hinzufügen, was {1} sagt",
	"deSEC token: {0} stands and is kept": "deSEC-Token: {0} steht und bleibt",
	"Which name is to follow this line's addresses?":
		"Welcher Name soll den Adressen dieses Anschlusses folgen?",
	"expected a host name like mail.example.org, in small letters":
		"erwartet war ein Hostname wie mail.example.org, in Kleinbuchstaben",
	'A token at deSEC that may write what Heimweg keeps, and nothing else:\n  1. desec.io, Token Management: create a token named "heimweg", and copy its secret.\n  2. Its policies, in this order (without the first, deSEC takes no other):\n{0}':
		'Ein Token bei deSEC, das schreiben darf, was Heimweg führt, und sonst nichts:\n  1. desec.io, Token Management: ein Token namens "heimweg" anlegen und sein Geheimnis kopieren.\n  2. Seine Policies, in dieser Reihenfolge (ohne die erste nimmt deSEC keine andere):\n{0}',
	"let the relay in, in {0}: {1}": "das Relay hereinlassen, in {0}: {1}",
	'("heimweg dns plan" shows these and the others that a mail domain needs, "heimweg dns apply" sets them)':
		'("heimweg dns plan" zeigt diese und die anderen, die eine Mail-Domain braucht, "heimweg dns apply" setzt sie)',
	"the folder {0} cannot be made": "der Ordner {0} lässt sich nicht anlegen",
	"heimweg join runs already on this machine": "heimweg join läuft schon auf diesem Rechner",
	"wait for it, or end it and run the command again":
		"darauf warten, oder es beenden und den Befehl noch einmal ausführen",
	"{0.} holds the relay's own key": "{0} enthält den eigenen Schlüssel des Relays",
	'run "heimweg join" at home, not on the relay; a key that was copied from there must go: move {0} away':
		'"heimweg join" zu Hause ausführen, nicht auf dem Relay; ein von dort kopierter Schlüssel muss weg: {0} wegbewegen',
	"The token's secret? (nobody sees it here; Enter without one keeps no records)":
		"Das Geheimnis des Tokens? (niemand sieht es hier; Enter ohne eines führt keine Einträge)",
	"expected the token's secret: one line of 8 to 512 letters, digits and signs":
		"erwartet war das Geheimnis des Tokens: eine Zeile von 8 bis 512 Buchstaben, Ziffern und Zeichen",
	"{0} has the token in {1}: write it there, and leave --token-file out":
		"{0} hat das Token in {1}: dorthin schreiben, und --token-file weglassen",
	"deSEC: the token reads {0}": "deSEC: das Token liest {0}",
	"no records are kept at deSEC": "es werden keine Einträge bei deSEC geführt",
	"nothing was found that names valid recipients of {0}: the relay takes mail to any name; name a source in [recipients]":
		"es wurde nichts gefunden, das gültige Empfänger von {0} nennt: das Relay nimmt Mail an jeden Namen an; in [recipients] eine Quelle nennen",
	"Where do this home's valid recipients stand? The relay refuses mail to all others":
		"Wo stehen die gültigen Empfänger dieses Heimservers? Das Relay lehnt Mail an alle anderen ab",
	"the users of this machine, and Postfix's aliases":
		"die Benutzer dieses Rechners und die Aliase von Postfix",
	"Postfix's table {0.}": "die Postfix-Tabelle {0}",
	"Dovecot's users": "die Benutzer von Dovecot",
	"PostfixAdmin's database {0.}": "die Datenbank {0} von PostfixAdmin",
	"{0#} recipients: {1}": "{0} Empfänger: {1}",
	"1 recipient: {0}": "1 Empfänger: {0}",
	"let Dovecot list its users to the user heimweg-recipients ({0})":
		"Dovecot seine Benutzer dem Benutzer heimweg-recipients auflisten lassen ({0})",
	"let the group heimweg-recipients read {0}": "die Gruppe heimweg-recipients {0} lesen lassen",
	"let the database user heimweg-recipients list the addresses: {0}":
		"den Datenbankbenutzer heimweg-recipients die Adressen auflisten lassen: {0}",
	'Postfix of this home takes no mail for {0}: add it to mydestination (mailboxes of this machine\'s users) or to virtual_mailbox_domains, then run "postfix reload"':
		'der Postfix dieses Heimservers nimmt keine Mail für {0}: sie zu mydestination (Postfächer der Benutzer dieses Rechners) oder zu virtual_mailbox_domains hinzufügen, dann "postfix reload" ausführen',
	"keep A and AAAA of {0.} at deSEC ({1})": "A und AAAA von {0} bei deSEC führen ({1})",
	"tell the relay this home's valid recipients ({0})":
		"dem Relay die gültigen Empfänger dieses Heimservers nennen ({0})",
	"set Postfix's settings ({0}; --verbose shows them)":
		"die Einstellungen von Postfix setzen ({0}; --verbose zeigt sie)",
	"start heimweg, now and at each boot": "heimweg starten, jetzt und bei jedem Hochfahren",
	"it listens on all addresses, so that the relay can bring mail":
		"er lauscht auf allen Adressen, damit das Relay Mail bringen kann",
	"what programs of this machine send comes from {0}; the relay takes no other senders":
		"was Programme dieses Rechners senden, kommt von {0}; andere Absender nimmt das Relay nicht",
	'This home has joined, and nothing else was changed; "heimweg join" goes on from here.':
		'Dieser Heimserver ist beigetreten, und sonst wurde nichts geändert; "heimweg join" macht von hier aus weiter.',
	"heimweg did not start: {0}": "heimweg ist nicht gestartet: {0}",
	'look at "journalctl -u heimweg -n 20", put right what it says, and run "heimweg join" again':
		'"journalctl -u heimweg -n 20" ansehen, berichtigen, was es sagt, und "heimweg join" noch einmal ausführen',
	"Waiting for the tunnel ...": "Es wird auf den Tunnel gewartet ...",
	"Waiting until deSEC's name servers answer this line's addresses ...":
		"Es wird gewartet, bis die Nameserver von deSEC mit den Adressen dieses Anschlusses antworten ...",
	"Sending a mail through the relay to {0} ...": "Eine Mail wird über das Relay an {0} gesendet ...",
	"To which mailbox may a mail be sent, as a proof?":
		"An welches Postfach darf zum Beweis eine Mail gesendet werden?",
	"expected an address in {0}": "erwartet war eine Adresse in {0}",
	"the tunnel stands: the relay answers, and sees this home":
		"der Tunnel steht: das Relay antwortet und sieht diesen Heimserver",
	"the tunnel: no pulse was answered within {0} s; {1}":
		"der Tunnel: {0} s lang wurde kein Puls beantwortet; {1}",
	"records: {0.} answers this line's addresses":
		"Einträge: {0} antwortet mit den Adressen dieses Anschlusses",
	"records: {0.} does not answer this line's addresses yet":
		"Einträge: {0} antwortet noch nicht mit den Adressen dieses Anschlusses",
	"outgoing mail: the relay took one from {0}": "ausgehende Mail: das Relay hat eine von {0} angenommen",
	"outgoing mail: {0}": "ausgehende Mail: {0}",
	"incoming mail: one lies in the mailbox of {0}, {1} s after it left":
		"eingehende Mail: eine liegt im Postfach von {0}, {1} s, nachdem sie abging",
	"incoming mail: {0}": "eingehende Mail: {0}",
	'Postfix did not log within {0} s that it delivered the mail to {1}; look at "mailq" here and on the relay':
		'Postfix hat {0} s lang nicht geloggt, dass er die Mail an {1} zugestellt hat; "mailq" hier und auf dem Relay ansehen',
	"mail, in and out: none was sent": "Mail, herein und hinaus: keine wurde gesendet",
	"the MX of {0.} is the relay": "der MX von {0} ist das Relay",
	"the MX of {0.} is not the relay yet: nobody else's mail comes here before it is":
		"der MX von {0} ist noch nicht das Relay: vorher kommt die Mail von niemand anderem hierher",
	"To be set in the DNS, where the domain is kept:": "Im DNS zu setzen, wo die Domain geführt wird:",
	'{0.}.  TXT  "v=spf1 mx ~all"': '{0}.  TXT  "v=spf1 mx ~all"',
	"an MX must be a name, and the relay was named by its address {0}: use the relay's name":
		"ein MX muss ein Name sein, und das Relay wurde mit seiner Adresse {0} genannt: den Namen des Relays nehmen",
	"--token-file: {0}": "--token-file: {0}",
	"{0.} names no domains of this home": "{0} nennt keine Domains dieses Heimservers",
	'write them under [mail], domains = ["example.org"], and run this again':
		'sie unter [mail] schreiben, domains = ["example.org"], und dies noch einmal ausführen',
	"--yes is needed: there is no terminal to ask on":
		"--yes wird gebraucht: es gibt kein Terminal, auf dem zu fragen wäre",
	'run "heimweg join --help" to see what is asked, and which flag answers it':
		'"heimweg join --help" ausführen, um zu sehen, was gefragt wird und welche Option darauf antwortet',
	"--token-file FILE or --no-dns is needed: there is no terminal to ask on":
		"--token-file FILE oder --no-dns wird gebraucht: es gibt kein Terminal, auf dem zu fragen wäre",
	'expected a domain, such as "example.org".': 'erwartet war eine Domain, etwa "example.org".',
	'expected a span of time from "1s" to "1h".': 'erwartet war eine Zeitspanne von "1s" bis "1h".',
	"the relay is reached, and has this home wait: {0}":
		"das Relay ist zu erreichen und lässt diesen Heimserver warten: {0}",
	"{0.}, port {1#}: {2}": "{0}, Port {1}: {2}",
	"{0.}, port {1#}, did not answer in time": "{0}, Port {1}, hat nicht in der erlaubten Zeit geantwortet",
	"{0.}, port {1#}, ended the connection": "{0}, Port {1}, hat die Verbindung beendet",
	"{0.} said: {1}": "{0} sagte: {1}",
} as const;
