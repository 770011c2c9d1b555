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
	"there is none: senders encrypt, and nobody can tell them whom to expect":
		"es gibt keinen: Absender verschlüsseln, und niemand sagt ihnen, wen sie zu erwarten haben",
	"what key port 25 shows is not known": "welchen Schlüssel Port 25 zeigt, ist nicht bekannt",
	"senders pass over {0}": "Absender übergehen {0}",
	"none of the records is of the key that port 25 shows: senders that validate do not deliver":
		"keiner der Einträge gehört zu dem Schlüssel, den Port 25 zeigt: Absender, die das prüfen, stellen nicht zu",
	"it names an authority's key, and breaks when the authority takes another":
		"er nennt den Schlüssel einer Zertifizierungsstelle, und gilt nicht mehr, sobald sie einen anderen nimmt",
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
};
