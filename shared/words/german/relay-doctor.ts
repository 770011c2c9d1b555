/** What the doctor of the relay finds. */
export const relayDoctor = {
	'Postfix greets other servers as "{0}"': 'Postfix stellt sich anderen Servern als "{0}" vor',
	'port 25 greets with "{0}"': 'Port 25 meldet sich als "{0}"',
	"a resolver of this machine's own, such as unbound":
		"ein eigener Resolver auf dieser Maschine, etwa unbound",
	"{0.} does not answer this resolver ({1}): {2}": "{0} antwortet diesem Resolver nicht ({1}): {2}",
	"{0.} does not list what it always lists": "{0} führt nicht auf, was dort immer steht",
	"it is not on {0.}": "steht nicht auf {0}",
	"{0.} is on {1.} ({2}), and most receivers refuse its mail":
		"{0} steht auf {1} ({2}), und die meisten Empfänger lehnen Mail von dort ab",
	"the cause put right, and then its entry taken out":
		"die Ursache beheben, und dann den Eintrag löschen lassen",
	"the question was misspelt": "die Frage war falsch geschrieben",
	"it is a public resolver": "es ist ein öffentlicher Resolver",
	"it asks too much": "er fragt zu viel",
	"Postfix sends everything through {0.}": "Postfix sendet alles über {0}",
	"port 25 of others could not be tried from here": "Port 25 anderer ließ sich von hier nicht versuchen",
	"no connection to port 25 of {0} comes about: mail does not go out":
		"zu Port 25 von {0} kommt keine Verbindung zustande: Mail geht nicht hinaus",
	"the hoster opens port 25 outward; most do when they are asked":
		"der Anbieter öffnet Port 25 nach außen; die meisten tun es auf Anfrage",
	'Postfix calls this machine "{0}", which is no complete name of the DNS':
		'Postfix nennt diese Maschine "{0}", und das ist kein vollständiger Name im DNS',
	"the name that MX records and the address's reverse name have":
		"der Name, der in MX-Einträgen und im Reverse-Eintrag der Adresse steht",
	"{0.}, which MX records name, is a CNAME to {1.}": "{0}, das MX-Einträge nennen, ist ein CNAME auf {1}",
	"{0.} has no address": "{0} hat keine Adresse",
	"{0.} leads to {1}, which this machine does not have":
		"{0} führt zu {1}, und diese Adresse hat diese Maschine nicht",
	"Postfix listens there": "Postfix wartet dort auf Verbindungen",
	"nothing listens on port 25 of {0.}": "auf Port 25 von {0} wartet niemand auf Verbindungen",
	"port 25 of {0.} does not answer": "Port 25 von {0} antwortet nicht",
	"there is no way from here to {0.}": "von hier führt kein Weg zu {0}",
	'port 25 of {0.} takes connections, and does not greet: "{1}"':
		'Port 25 von {0} nimmt Verbindungen an, und meldet sich nicht: "{1}"',
	"port 25 of {0.} does not offer STARTTLS: mail comes in the clear":
		"Port 25 von {0} bietet kein STARTTLS an: Mail kommt unverschlüsselt",
	"port 25 of {0.} offers STARTTLS, and no TLS comes of it":
		"Port 25 von {0} bietet STARTTLS an, und es wird kein TLS daraus",
	"a certificate for {0.}, and TLS for who asks for it":
		"ein Zertifikat für {0}, und TLS für alle, die es wollen",
	'whether it is taken is not known: "{0}"': 'ob sie angenommen wird, ist nicht bekannt: "{0}"',
	'port 25 refuses mail for {0.}: "{1}"': 'Port 25 lehnt Mail an {0} ab: "{1}"',
	"it is taken, for every domain": "sie wird angenommen, für jede Domain",
	"{0.} has no reverse name, and many refuse mail from such a machine":
		"{0} hat keinen Reverse-Eintrag, und viele lehnen Mail von einer solchen Maschine ab",
	"{0.} is called {1.}, and that name does not lead back to it":
		"{0} heißt {1}, und dieser Name führt nicht dorthin zurück",
	"{0.} is called {1}": "{0} heißt {1}",
	"the certificate ended on {0}": "das Zertifikat lief am {0} ab",
	"one that is valid": "eines, das gilt",
	"the certificate ends on {0}, and nobody has renewed it":
		"das Zertifikat läuft am {0} ab, und niemand hat es erneuert",
	"one that is renewed a month before": "eines, das einen Monat vorher erneuert wird",
	"the certificate is for {0}": "das Zertifikat ist für {0}",
	"the certificate is for nobody": "das Zertifikat ist für niemanden",
	"no authority that is known here vouches for the certificate: {0}":
		"keine Zertifizierungsstelle, die hier bekannt ist, bürgt für das Zertifikat: {0}",
	"the whole chain, of an authority that senders know":
		"die ganze Kette, von einer Zertifizierungsstelle, die Absender kennen",
	"{0.}, until {1}": "{0}, bis {1}",
	"the relay did not say in time what it finds at itself":
		"das Relay sagte nicht rechtzeitig, was es bei sich findet",
	"the relay does not say what it finds at itself; its version may be an earlier one":
		"das Relay sagt nicht, was es bei sich findet; vielleicht ist seine Version eine frühere",
	"signatures that hold, so that whoever validates finds the relay":
		"Signaturen, die halten, damit das Relay findet, wer sie prüft",
	"its zone is not signed, and no TLSA counts on it":
		"seine Zone ist nicht signiert, und kein TLSA baut darauf",
	"TLSA is published, and its zone is not signed, so that it counts for nothing":
		"TLSA ist veröffentlicht, und seine Zone ist nicht signiert, sodass es nichts gilt",
	"from this line port 25 of {0.} does not answer: its provider may close port 25 outward, or a firewall stands before the relay":
		"von diesem Anschluss aus antwortet Port 25 von {0} nicht: sein Anbieter sperrt vielleicht Port 25 nach außen, oder eine Firewall steht vor dem Relay",
	'port 25 of {0.} does not speak to this line: "{1}"':
		'Port 25 von {0} spricht nicht mit diesem Anschluss: "{1}"',
	"port 25 of {0.} ended the conversation": "Port 25 von {0} beendete das Gespräch",
	'it hands on nobody\'s mail: "{0}"': 'es reicht niemandes Mail weiter: "{0}"',
	"it takes mail for {0} from a stranger: it will be used for spam within days, and then refused everywhere":
		"es nimmt Mail an {0} von Fremden an: binnen Tagen wird es für Spam benutzt, und dann überall abgelehnt",
	"mail for other domains is taken from those alone who may send it":
		"Mail an andere Domains wird nur von denen angenommen, die senden dürfen",
	"the daemon ends": "der Daemon endet gerade",
	"what the relay finds at itself was left out: {0}": "was das Relay bei sich findet, blieb weg: {0}",
	"what the relay said cannot be read: {0}": "was das Relay sagte, ist nicht lesbar: {0}",
	"{0#} run an earlier version than this relay: {1}":
		"{0} laufen mit einer früheren Version als dieses Relay: {1}",
	"version {0} on both sides": "Version {0} auf beiden Seiten",
};
