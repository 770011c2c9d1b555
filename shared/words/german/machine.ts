/** What goes wrong on the machine itself, and between the command line and the daemon. */
export const machine = {
	"the relay showed a certificate instead of our key":
		"das Relay zeigte ein Zertifikat statt unseres Schlüssels",
	"the relay's check-in port {0}:{1#} did not answer as it should ({2})":
		"der Port {0}:{1} für Check-ins auf dem Relay antwortete nicht, wie er soll ({2})",
	"the relay's check-in port [{0}]:{1#} did not answer as it should ({2})":
		"der Port [{0}]:{1} für Check-ins auf dem Relay antwortete nicht, wie er soll ({2})",
	'look on the relay whether "heimweg-relay status" is well, compare checkin.port with relays.checkin_port here, and the public and preshared keys on both sides':
		'auf dem Relay nachsehen, ob "heimweg-relay status" gut ist; checkin.port mit relays.checkin_port hier vergleichen, und die öffentlichen Schlüssel und Preshared Keys beider Seiten',
	"the answer is not JSON": "die Antwort ist kein JSON",
	"the answer does not have the agreed form": "die Antwort hat nicht die vereinbarte Form",
	"who answers there did not prove to be our relay: {0}":
		"wer dort antwortet, hat nicht bewiesen, unser Relay zu sein: {0}",
	"the relay does not accept what follows from the two WireGuard keys":
		"das Relay nimmt nicht an, was aus den beiden WireGuard-Schlüsseln folgt",
	"compare relays.public_key here with the relay's key, and the home's public_key on the relay with ours":
		"relays.public_key hier mit dem Schlüssel des Relays vergleichen, und public_key des Heimservers auf dem Relay mit unserem",
	"the relay does not know our tunnel address": "das Relay kennt unsere Tunneladresse nicht",
	"compare tunnel.addresses here with the home's file in homes.d on the relay":
		"tunnel.addresses hier mit der Datei des Heimservers in homes.d auf dem Relay vergleichen",
	"the relay says that we check in too often": "das Relay sagt, dass wir uns zu oft melden",
	"look for a second agent with the same keys": "nach einem zweiten Agenten mit denselben Schlüsseln suchen",
	"the relay answered {0#}": "das Relay antwortete {0}",
	"the relay answered {0#} ({1})": "das Relay antwortete {0} ({1})",
	'look on the relay at "journalctl -u heimweg-relay"': 'auf dem Relay "journalctl -u heimweg-relay" ansehen',
	"it has no address": "er hat keine Adresse",
	"it is said to be {0}, which is no address in the internet":
		"er soll {0} sein, und das ist keine Adresse im Internet",
	"no address of the relay {0} is known": "keine Adresse des Relays {0} ist bekannt",
	"no address of the relay {0} in {1.} is known": "keine Adresse des Relays {0} in {1} ist bekannt",
	"look whether its name can be resolved here, and at relays.endpoint and tunnel.outer":
		"nachsehen, ob sein Name sich hier auflösen lässt, und relays.endpoint und tunnel.outer ansehen",
	"it does not answer there": "es antwortet dort nicht",
	"IPv{0#} reaches the relay again": "IPv{0} erreicht das Relay wieder",
	"IPv{0#} does not reach the relay": "IPv{0} erreicht das Relay nicht",
	"IPv4 works again": "IPv4 geht wieder",

	'"{0}" is not an IP address': '"{0}" ist keine IP-Adresse',
	'"{0}" is not a network like 10.86.0.0/24': '"{0}" ist kein Netz wie 10.86.0.0/24',
	'"{0}" has bits set behind its length; the network is {1}':
		'bei "{0}" sind Bits hinter seiner Länge gesetzt; das Netz ist {1}',
	'"{0}" is not an address with a port': '"{0}" ist keine Adresse mit einem Port',
	"health and metrics cannot be asked for over HTTP":
		"Zustand und Messwerte lassen sich nicht über HTTP abfragen",
	"http.listen cannot be served: {0}": "http.listen lässt sich nicht bedienen: {0}",
	"correct http.listen; it is tried again every second":
		"http.listen berichtigen; es wird jede Sekunde wieder versucht",
	"another program holds the port for health and metrics":
		"ein anderes Programm hält den Port für Zustand und Messwerte",
	"TCP port {0} on {1} is held by another program {2}; who asks there for health or metrics hears that program, and not us":
		"TCP-Port {0} auf {1} wird von einem anderen Programm {2} gehalten; wer dort nach Zustand oder Messwerten fragt, hört dieses Programm, und nicht uns",
	"TCP port {0} on {1} is held by another program; who asks there for health or metrics hears that program, and not us":
		"TCP-Port {0} auf {1} wird von einem anderen Programm gehalten; wer dort nach Zustand oder Messwerten fragt, hört dieses Programm, und nicht uns",
	'run "{0}" as root to see which program it is, and end it, or choose another port for http.listen; a free one is taken within a second':
		'als root "{0}" ausführen, um zu sehen, welches Programm es ist, und es beenden, oder einen anderen Port für http.listen wählen; ein freier wird binnen einer Sekunde genommen',
	"end that program, or choose another port for http.listen":
		"dieses Programm beenden oder einen anderen Port für http.listen wählen",
	"run_dir: there is no folder {0}: leave run_dir out of the config, and the unit makes one":
		"run_dir: es gibt keinen Ordner {0}: run_dir aus der Konfiguration weglassen, dann legt die Unit einen an",
	"run_dir: the user heimweg cannot write to {0}: leave run_dir out of the config, and the unit makes one":
		"run_dir: der Benutzer heimweg kann nicht in {0} schreiben: run_dir aus der Konfiguration weglassen, dann legt die Unit einen an",
	"http.listen: {0}:{1#} is in use by another program: choose another port":
		"http.listen: {0}:{1} wird von einem anderen Programm benutzt: einen anderen Port wählen",
	"http.listen: [{0}]:{1#} is in use by another program: choose another port":
		"http.listen: [{0}]:{1} wird von einem anderen Programm benutzt: einen anderen Port wählen",
	"http.listen: {0}:{1#} is not an address of this machine: use 127.0.0.1":
		"http.listen: {0}:{1} ist keine Adresse dieses Rechners: 127.0.0.1 nehmen",
	"http.listen: [{0}]:{1#} is not an address of this machine: use 127.0.0.1":
		"http.listen: [{0}]:{1} ist keine Adresse dieses Rechners: 127.0.0.1 nehmen",
	"http.listen: {0}:{1#} needs root: choose a port of 1024 or more":
		"http.listen: {0}:{1} braucht root: einen Port ab 1024 wählen",
	"http.listen: [{0}]:{1#} needs root: choose a port of 1024 or more":
		"http.listen: [{0}]:{1} braucht root: einen Port ab 1024 wählen",
	"no problem found": "kein Fehler gefunden",
	"the daemon answered {0#}": "der Daemon antwortete {0}",
	"the daemon gave an answer that cannot be read": "der Daemon gab eine Antwort, die nicht lesbar ist",
	"the daemon's answer is too long": "die Antwort des Daemons ist zu lang",
	"the daemon did not answer within 30 s": "der Daemon hat 30 s lang nicht geantwortet",
	"the daemon does not run": "der Daemon läuft nicht",
	'run "systemctl start {0}", and look at "journalctl -u {1}"':
		'"systemctl start {0}" ausführen und "journalctl -u {1}" ansehen',
	"{0.} may be opened only by root and the group heimweg":
		"{0} dürfen nur root und die Gruppe heimweg öffnen",
	"run it with sudo": "es mit sudo ausführen",
	"the daemon broke off its answer": "der Daemon hat seine Antwort abgebrochen",
	'look at "journalctl -u {0}"; it may just be restarting':
		'"journalctl -u {0}" ansehen; vielleicht startet er gerade neu',
	"the program {0} is needed and was not found": "das Programm {0} wird gebraucht und wurde nicht gefunden",
	'run "apt install {0}"': '"apt install {0}" ausführen',
	'"{0}" failed: EACCES': '"{0}" ist gescheitert: EACCES',
	'"{0}" failed: {1}': '"{0}" ist gescheitert: {1}',
	'"{0}" did not end within {1} s': '"{0}" war nach {1} s nicht zu Ende',
	'"{0}" was interrupted': '"{0}" wurde unterbrochen',
	'"{0}" printed more than is read (64 MB, or 1 MB of errors)':
		'"{0}" hat mehr ausgegeben, als gelesen wird (64 MB, oder 1 MB Fehler)',
	"ended by {0.}": "beendet durch {0}",
	"exit status {0#}": "Exitstatus {0}",
	"it ended, but a child of its own keeps its output open":
		"es ist zu Ende, aber ein Kindprozess hält seine Ausgabe offen",
	"it could not be started": "es ließ sich nicht starten",

	"the tunnel addresses are not guarded": "die Tunneladressen sind nicht geschützt",
	"the nftables table that guards the tunnel addresses cannot be set: {0}":
		"die nftables-Tabelle, die die Tunneladressen schützt, lässt sich nicht setzen: {0}",
	'look whether "nft list ruleset" works, and whether another program deletes the table':
		'nachsehen, ob "nft list ruleset" geht und ob ein anderes Programm die Tabelle löscht',
	'the nftables table that guards the tunnel addresses was gone or changed, and stands again; what to do: look for what flushes all rules ("nft flush ruleset", a firewall\'s restart)':
		'die nftables-Tabelle, die die Tunneladressen schützt, war weg oder verändert und steht wieder; was zu tun ist: suchen, was alle Regeln löscht ("nft flush ruleset", der Neustart einer Firewall)',
	'nftables: there is a table "inet heimweg" that heimweg did not make: rename it, or run "nft delete table inet heimweg"':
		'nftables: es gibt eine Tabelle "inet heimweg", die heimweg nicht angelegt hat: sie umbenennen, oder "nft delete table inet heimweg" ausführen',
	"nftables cannot be set: {0}": "nftables lässt sich nicht setzen: {0}",
	"run as root, or give the service CAP_NET_ADMIN (the unit that comes with heimweg does)":
		"als root ausführen, oder dem Dienst CAP_NET_ADMIN geben (die Unit, die mit heimweg kommt, tut das)",
	"the tunnel's network is also used by this machine's own":
		"das Netz des Tunnels ist auch ein Netz dieses Rechners",
	"the tunnel network {0} overlaps the local route {1}":
		"das Tunnelnetz {0} überschneidet sich mit der örtlichen Route {1}",
	"choose another tunnel network on both sides, or renumber the local one":
		"auf beiden Seiten ein anderes Tunnelnetz wählen, oder das örtliche umnummerieren",

	'expected a port from 1 to 65535, got "{0}"': 'erwartet war ein Port von 1 bis 65535, gekommen ist "{0}"',
	"there is no such file": "es gibt diese Datei nicht",
	"{0.}: cannot be read: there is no such file": "{0}: nicht lesbar: es gibt diese Datei nicht",
	"{0.}: cannot be read: there is no such file; {1}": "{0}: nicht lesbar: es gibt diese Datei nicht; {1}",
	"{0.}: cannot be read: {1}": "{0}: nicht lesbar: {1}",
	'{0.}: cannot be read: permission denied: run "chown root:heimweg {1}" and "chmod 0640 {2}", and see that the group heimweg may enter {3}; by hand, use sudo':
		'{0}: nicht lesbar: keine Berechtigung: "chown root:heimweg {1}" und "chmod 0640 {2}" ausführen und dafür sorgen, dass die Gruppe heimweg {3} betreten darf; von Hand mit sudo',
	'{0.}: cannot read {1} (permission denied): run "chown root:heimweg {2}" and "chmod 0640 {3}", and see that the group heimweg may enter {4}; by hand, use sudo':
		'{0}: {1} ist nicht lesbar (keine Berechtigung): "chown root:heimweg {2}" und "chmod 0640 {3}" ausführen und dafür sorgen, dass die Gruppe heimweg {4} betreten darf; von Hand mit sudo',
	"{0.}: cannot read {1.} ({2})": "{0}: {1} ist nicht lesbar ({2})",
	"{0.}: line {1#}, column {2#}: not valid TOML: {3}": "{0}: Zeile {1}, Spalte {2}: kein gültiges TOML: {3}",
	'systemd passed no credential {0}: add "LoadCredential={1}:/path/to/file" to the unit, or name a file instead':
		'systemd hat kein Credential {0} übergeben: "LoadCredential={1}:/path/to/file" zur Unit hinzufügen, oder stattdessen eine Datei nennen',
	'{0.}: systemd passed no credential {1}: add "LoadCredential={2}:/path/to/file" to the unit, or name a file instead':
		'{0}: systemd hat kein Credential {1} übergeben: "LoadCredential={2}:/path/to/file" zur Unit hinzufügen, oder stattdessen eine Datei nennen',
	'{0.}: {1.} can be read by everybody (mode {2}): run "chmod o= {3}"':
		'{0}: {1} kann jeder lesen (Modus {2}): "chmod o= {3}" ausführen',
	"{0.}: {1.} is no file: expected a file that holds the secret in one line":
		"{0}: {1} ist keine Datei: erwartet war eine Datei, die das Geheimnis in einer Zeile enthält",
	"{0.}: {1.} is empty: write the secret into it, in one line":
		"{0}: {1} ist leer: das Geheimnis in einer Zeile hineinschreiben",
	"{0.}: {1.} holds several words or lines: expected the secret alone, in one line":
		"{0}: {1} enthält mehrere Wörter oder Zeilen: erwartet war allein das Geheimnis, in einer Zeile",
	'{0.}: {1.} holds no WireGuard key: expected 44 characters, as "wg genkey" prints it':
		'{0}: {1} enthält keinen WireGuard-Schlüssel: erwartet waren 44 Zeichen, wie "wg genkey" sie ausgibt',
	"expected a key and a text of at most 64 bytes each":
		"erwartet: ein Schlüssel und ein Text von je höchstens 64 Bytes",
	"a WireGuard key has 32 bytes, this one has {0#}": "ein WireGuard-Schlüssel hat 32 Bytes, dieser hat {0}",
	"{0.}.service runs and would set everything up again":
		"{0}.service läuft und würde alles wieder einrichten",
	'run "systemctl stop {0}" first': 'zuerst "systemctl stop {0}" ausführen',
	"the configuration was changed and not read since":
		"die Konfiguration wurde geändert und seitdem nicht gelesen",
	"{0.} cannot be read any more; what it said at the start is in force until the next one, which will fail":
		"{0} ist nicht mehr lesbar; was sie beim Start sagte, gilt bis zum nächsten, und der wird scheitern",
	"{0.} was changed, and what it said before is still in force":
		"{0} wurde geändert, und was sie vorher sagte, gilt noch",
	'put {0} back, and run "{1} check-config"': '{0} zurücklegen und "{1} check-config" ausführen',
	'run "{0} check-config", then "systemctl reload {1}"':
		'"{0} check-config" ausführen, dann "systemctl reload {1}"',
	"not all is gone: {0}": "nicht alles ist weg: {0}",
	'run "{0} down" again': '"{0} down" noch einmal ausführen',
	"{0.} did not end within {1} s ({2})": "{0} war nach {1} s nicht zu Ende ({2})",
	"{0} is in use by another program": "{0} wird von einem anderen Programm benutzt",
	"UDP port {0} on {1.}": "UDP-Port {0} auf {1}",
	"TCP port {0} on {1.}": "TCP-Port {0} auf {1}",
	"the unit that runs notify.command ended without an answer":
		"die Unit, die notify.command ausführt, ist ohne Antwort zu Ende gegangen",
	"look at \"journalctl -u 'heimweg*-notify@*'\"": "\"journalctl -u 'heimweg*-notify@*'\" ansehen",
	"the unit that runs notify.command answered too much":
		"die Unit, die notify.command ausführt, antwortete zu viel",
	"notify.command was interrupted": "notify.command wurde unterbrochen",
	"notify.command did not end within {0} s": "notify.command war nach {0} s nicht zu Ende",
	"the unit that runs notify.command cannot be reached ({0})":
		"die Unit, die notify.command ausführt, ist nicht zu erreichen ({0})",
	"nobody can be told of what is wrong": "niemand kann benachrichtigt werden, was gestört ist",
	"{0.} does not work, so nobody is told of what is wrong here: {1}":
		"{0} geht nicht, darum erfährt niemand, was hier gestört ist: {1}",
	"it is a link, and not a file": "es ist ein Link und keine Datei",
	"it is a folder, a device or a pipe, and not a file":
		"es ist ein Ordner, ein Gerät oder eine Pipe und keine Datei",
	"it has {0#} bytes, and at most {1#} make sense": "es hat {0} Bytes, und höchstens {1} sind sinnvoll",
	"what should be remembered cannot be saved": "was gemerkt werden soll, lässt sich nicht speichern",
	"{0.} cannot be saved, and a restart would forget what is new: {1}":
		"{0} lässt sich nicht speichern, und ein Neustart würde vergessen, was neu ist: {1}",
	"free some space on the disk that holds {0}, or correct the rights of its folder; it is tried again by itself":
		"Platz auf der Festplatte schaffen, auf der {0} liegt, oder die Rechte des Ordners berichtigen; es wird von selbst wieder versucht",
	"the interface {0} vanished while it was set up":
		"die Schnittstelle {0} verschwand, während sie eingerichtet wurde",
	'tunnel.interface: there is an interface {0} (kind {1}) that heimweg did not make: choose another name, or remove it with "ip link del {2}"':
		'tunnel.interface: es gibt eine Schnittstelle {0} (Art {1}), die heimweg nicht angelegt hat: einen anderen Namen wählen, oder sie mit "ip link del {2}" entfernen',
	'tunnel.interface: there is an interface {0} (kind unknown) that heimweg did not make: choose another name, or remove it with "ip link del {1}"':
		'tunnel.interface: es gibt eine Schnittstelle {0} (unbekannter Art), die heimweg nicht angelegt hat: einen anderen Namen wählen, oder sie mit "ip link del {1}" entfernen',
	"the interface {0} does not answer as a WireGuard interface":
		"die Schnittstelle {0} antwortet nicht wie eine WireGuard-Schnittstelle",
	'look at "systemctl status heimweg-wireguard-go@{0}"':
		'"systemctl status heimweg-wireguard-go@{0}" ansehen',
	"UDP port {0#} is held by another program": "UDP-Port {0} wird von einem anderen Programm gehalten",
	"UDP port {0#} is held by another program {1}": "UDP-Port {0} wird von einem anderen Programm {1} gehalten",
	'run "{0}" as root to see which program it is, and end it; it is tried again by itself':
		'als root "{0}" ausführen, um zu sehen, welches Programm es ist, und es beenden; es wird von selbst wieder versucht',
	'"ip -j -d link show dev {0}" printed nothing that can be read':
		'"ip -j -d link show dev {0}" hat nichts ausgegeben, was lesbar ist',
	'run "ip -d link show dev {0}" and look what is odd about it':
		'"ip -d link show dev {0}" ausführen und nachsehen, was daran seltsam ist',
	"the interface {0} cannot be made: {1}": "die Schnittstelle {0} lässt sich nicht anlegen: {1}",
	"the interface {0} is missing: this kernel has no WireGuard, and wireguard-go has not made it":
		"die Schnittstelle {0} fehlt: dieser Kernel hat kein WireGuard, und wireguard-go hat sie nicht angelegt",
	'look at "systemctl status heimweg-wireguard-go@{0}", which needs /dev/net/tun, and restart it':
		'"systemctl status heimweg-wireguard-go@{0}" ansehen, das /dev/net/tun braucht, und es neu starten',
	'run "apt install wireguard-go" and "systemctl restart heimweg-wireguard-go@{0}"':
		'"apt install wireguard-go" und "systemctl restart heimweg-wireguard-go@{0}" ausführen',
	"wg refused a key: a key file does not hold a WireGuard key any more":
		"wg hat einen Schlüssel abgelehnt: eine Schlüsseldatei enthält keinen WireGuard-Schlüssel mehr",
	'look at the files that private_key_file and preshared_key_file name; "wg genkey" makes a key':
		'die Dateien ansehen, die private_key_file und preshared_key_file nennen; "wg genkey" erzeugt einen Schlüssel',
} as const;
