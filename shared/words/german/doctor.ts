/** The doctor: what was found, what was wanted, whose turn it is. */
export const doctor = {
	'"doctor": mail is at risk': '"doctor": Mail ist in Gefahr',
	RISK: "GEFAHR",
	"NOT KNOWN": "UNBEKANNT",
	well: "gut",
	"you, at home": "du selbst, zu Hause",
	"the relay's owner": "wer das Relay betreibt",
	"the domain's registrar": "der Registrar der Domain",
	"the relay's hoster": "der Anbieter, bei dem das Relay steht",
	"who hosts the zone": "wer die Zone beherbergt",
	"Daily look": "Tägliche Durchsicht",
	"at {0@} nothing was to do": "um {0} war nichts zu tun",
	"at {0@} {1#} to do, {2#} at risk ({3.} doctor)": "um {0} {1} zu tun, {2} in Gefahr ({3} doctor)",
	"the daily look found that mail is at risk": "die tägliche Durchsicht fand, dass Mail in Gefahr ist",
	"the daily look found something to do": "die tägliche Durchsicht fand etwas zu tun",
	"the daily look at what mail needs does not work":
		"die tägliche Durchsicht dessen, was Mail braucht, geht nicht",
	"what mail needs is no longer looked at: {0}": "was Mail braucht, wird nicht mehr angesehen: {0}",
	'run "{0.} doctor", and look at "journalctl -u {1.}"':
		'"{0} doctor" ausführen und "journalctl -u {1}" ansehen',
	'run "{0.} doctor", which says more and looks again':
		'"{0} doctor" ausführen, was mehr sagt und noch einmal nachsieht',
	'{0}: {1}; "{2.} doctor" says more, and looks again':
		'{0}: {1}; "{2} doctor" sagt mehr und sieht noch einmal nach',
	"for the relay's owner": "für den, der das Relay betreibt",
	"for the domain's registrar": "für den Registrar der Domain",
	"for the relay's hoster": "für den Anbieter, bei dem das Relay steht",
	"for who hosts the zone": "für den, der die Zone beherbergt",
	"at home": "zu Hause",
	"the unit that looks ended without an answer": "die Unit, die nachsieht, endete ohne Antwort",
	"look at \"journalctl -u 'heimweg*-doctor@*'\"": "\"journalctl -u 'heimweg*-doctor@*'\" ansehen",
	"the look was interrupted": "das Nachsehen wurde unterbrochen",
	"the unit that looks did not end within {0#} min":
		"die Unit, die nachsieht, endete nicht innerhalb von {0} min",
	'run "systemctl start {0.}"': '"systemctl start {0}" ausführen',
	"the unit that looks answered too much": "die Unit, die nachsieht, antwortete zu viel",
	"the unit that looks cannot be reached ({0})": "die Unit, die nachsieht, ist nicht zu erreichen ({0})",
	"wanted: {0}": "gewollt: {0}",
	"whose turn: {0}": "an der Reihe: {0}",
	"see {0}": "siehe {0}",
	"{0#} well, {1#} to do, {2#} at risk, {3#} not known":
		"{0} gut, {1} zu tun, {2} in Gefahr, {3} nicht bekannt",
	"it says {0}": "da steht {0}",
	"{0.} does not exist": "{0} gibt es nicht",
	"nothing says that no mail comes from this name": "nichts sagt, dass von diesem Namen keine Mail kommt",
	"there is no {0} record": "es gibt keinen Eintrag für {0}",
	"{0} (at the second look, and not at the first)": "{0} (beim zweiten Blick, und nicht beim ersten)",
	"the look at it did not end within {0#} s": "das Nachsehen endete nicht innerhalb von {0} s",
	"the look at it failed: {0}": "das Nachsehen misslang: {0}",
	"what only the running daemon knows was left out: {0}": "was nur der laufende Daemon weiß, blieb weg: {0}",
	"what the daemon told cannot be read: {0}": "was der Daemon sagte, ist nicht lesbar: {0}",
	"the name server {0.} did not answer in time": "der Nameserver {0} antwortete nicht rechtzeitig",
	"the name server {0.} answers SERVFAIL: it cannot find out, or does not believe what it found":
		"der Nameserver {0} antwortet SERVFAIL: er kann es nicht herausfinden, oder glaubt nicht, was er fand",
	"the name server {0.} refuses to answer": "der Nameserver {0} verweigert die Antwort",
	"the name server {0.} answered something that is no answer to the question":
		"der Nameserver {0} antwortete etwas, das keine Antwort auf die Frage ist",
	"the name server {0.} does not serve the zone, although the zone names it":
		"der Nameserver {0} bedient die Zone nicht, obwohl die Zone ihn nennt",
	"the name server {0.} cannot be reached from here": "der Nameserver {0} ist von hier nicht zu erreichen",
	"no name server for {0.} is known": "für {0} ist kein Nameserver bekannt",
	"{0.}, which an MX names, is a CNAME to {1.}": "{0}, das ein MX nennt, ist ein CNAME auf {1}",
	"an MX names a host by its own name": "ein MX nennt einen Rechner bei seinem eigenen Namen",
	"{0.}, which an MX names, has no address": "{0}, das ein MX nennt, hat keine Adresse",
	"its address, or an MX that names the relay": "seine Adresse, oder ein MX, der das Relay nennt",
	"there are {0#} records, and receivers may take any of them":
		"es gibt {0} Einträge, und Empfänger nehmen irgendeinen davon",
	"the key has {0} bits, and receivers take {1} to {2} (RFC 8301, 3.2)":
		"der Schlüssel hat {0} Bit, und Empfänger nehmen {1} bis {2} (RFC 8301, 3.2)",
	'"{0}" is no DKIM key': '"{0}" ist kein DKIM-Schlüssel',
	"the key is revoked: p= is empty (RFC 6376, 3.6.1)":
		"der Schlüssel ist widerrufen: p= ist leer (RFC 6376, 3.6.1)",
	"it says t=y, for tests: receivers ignore what fails":
		"da steht t=y, für Versuche: Empfänger übergehen, was nicht stimmt",
	"it is another key than the one in {0}": "es ist ein anderer Schlüssel als der in {0}",
	"there are {0#} DMARC records, and receivers take none of them":
		"es gibt {0} DMARC-Einträge, und Empfänger nehmen keinen davon",
	'"{0}" does not begin with v=DMARC1;': '"{0}" beginnt nicht mit v=DMARC1;',
	'"{0}" cannot be read: a tag is there twice, or is none':
		'"{0}" ist nicht zu lesen: ein Feld steht zweimal da, oder ist keines',
	'"{0}=" is no tag of DMARC, and receivers pass over it':
		'"{0}=" ist kein Feld von DMARC, und Empfänger gehen darüber hinweg',
	'"{0}=" is no longer part of DMARC (RFC 9989)': '"{0}=" gehört nicht mehr zu DMARC (RFC 9989)',
	'"{0}={1}" is no policy: none, quarantine or reject':
		'"{0}={1}" ist keine Richtlinie: none, quarantine oder reject',
	"it has no policy (p=)": "er hat keine Richtlinie (p=)",
	'"rua={0}" is no mailto: address': '"rua={0}" ist keine mailto:-Adresse',
	'"{0}" is no MX record': '"{0}" ist kein MX-Eintrag',
	'"{0}" names an address, and an MX has to name a host (RFC 5321, 5.1)':
		'"{0}" nennt eine Adresse, und ein MX muss einen Rechner nennen (RFC 5321, 5.1)',
	"there are {0#} SPF records, which is an error for every receiver (RFC 7208, 4.5)":
		"es gibt {0} SPF-Einträge, was für jeden Empfänger ein Fehler ist (RFC 7208, 4.5)",
	'"{0}" has more than {1#} terms that look something up':
		'"{0}" hat mehr als {1} Ausdrücke, die etwas nachschlagen',
	'"{0}" lets everybody send': '"{0}" lässt jeden senden',
	'"{0}" lists {1.}, this home\'s own address, which changes':
		'"{0}" führt {1} auf, die eigene Adresse von zu Hause, die sich ändert',
	'"{0}" has terms after "all", which nobody reads': '"{0}" hat nach "all" noch Ausdrücke, die niemand liest',
	"there are {0#} TLS-RPT records, and senders take none":
		"es gibt {0} TLS-RPT-Einträge, und Absender nehmen keinen",
};
