/** Setting up a relay, inviting a home, and joining. */
export const setting = {
	"give {0}, or --yes for what is proposed": "{0} angeben, oder --yes für das Vorgeschlagene",
	"give {0}": "{0} angeben",
	"{0} is needed: {1}": "{0} wird gebraucht: {1}",
	"{0} is needed: there is no terminal to ask on":
		"{0} wird gebraucht: es gibt kein Terminal, auf dem zu fragen wäre",
	"ended at your wish; run the same command again to go on":
		"auf Wunsch beendet; derselbe Befehl, noch einmal ausgeführt, macht weiter",

	"sets this relay up: asks for its name, writes relay.toml, the key and Postfix's settings, and starts; run again, it changes nothing":
		"richtet dieses Relay ein: fragt nach seinem Namen, schreibt relay.toml, den Schlüssel und die Einstellungen von Postfix, und startet; noch einmal ausgeführt ändert es nichts",
	"the name by which homes and other mail servers reach this relay":
		"der Name, unter dem Heimserver und andere Mailserver dieses Relay erreichen",
	"the tunnel's networks, IPv4 and IPv6, instead of ones drawn at random":
		"die Netze des Tunnels, IPv4 und IPv6, statt zufällig gezogener",
	"take what is proposed, without asking": "das Vorgeschlagene nehmen, ohne zu fragen",
	"show each setting of Postfix as it was and as it will be":
		"jede Einstellung von Postfix zeigen, wie sie war und wie sie sein wird",
	"open no ports in this machine's firewall": "keine Ports in der Firewall dieses Rechners öffnen",
	"only root may set a relay up": "nur root darf ein Relay einrichten",
	"Looking at this machine and its names ...": "Dieser Rechner und seine Namen werden angesehen ...",
	"Trying whether mail may leave this machine (port 25) ...":
		"Es wird versucht, ob Mail diesen Rechner verlassen darf (Port 25) ...",
	"This machine:": "Dieser Rechner:",
	"{0.} address {1.}": "{0}-Adresse {1}",
	"{0.} address {1.}, given by its network: see that your hoster always gives the same":
		"{0}-Adresse {1}, vom Netz vergeben: darauf achten, dass der Hoster immer dieselbe vergibt",
	"{0.} address {1.}, which is private: something in front of this machine has the public one":
		"{0}-Adresse {1}, und die ist privat: etwas vor diesem Rechner hat die öffentliche",
	"no {0.} address that leads out": "keine {0}-Adresse, die hinausführt",
	"its PTR is {0.}, which leads back here": "ihr PTR ist {0} und führt hierher zurück",
	"its PTR is {0.}, which does not lead back here: add an address record of that name":
		"ihr PTR ist {0} und führt nicht hierher zurück: einen Adresseintrag dieses Namens hinzufügen",
	"it has no PTR: many mail servers refuse mail from it; set one at your hoster":
		"sie hat keinen PTR: viele Mailserver lehnen Mail von ihr ab; beim Hoster einen setzen",
	"its PTR is {0.}, and this relay will call itself {1}: set the PTR to {2} at your hoster":
		"ihr PTR ist {0}, und dieses Relay wird sich {1} nennen: den PTR beim Hoster auf {2} setzen",
	"mail may leave: {0} greets on port 25": "Mail darf hinaus: {0} grüßt auf Port 25",
	"mail may not leave: {0} does not answer on port 25; ask your hoster to open it":
		"Mail darf nicht hinaus: {0} antwortet nicht auf Port 25; den Hoster bitten, ihn zu öffnen",
	"whether mail may leave (port 25) is not known: no large mail server could be found":
		"ob Mail hinaus darf (Port 25), ist nicht bekannt: kein großer Mailserver war zu finden",
	"Postfix {0}, myhostname {1}, inet_interfaces {2}": "Postfix {0}, myhostname {1}, inet_interfaces {2}",
	"Postfix keeps mail for {0} on this machine (mydestination); take out what a home is to have":
		"Postfix behält Mail für {0} auf diesem Rechner (mydestination); herausnehmen, was ein Heimserver haben soll",
	"firewall {0}": "Firewall {0}",
	"no firewall that drops what is not let in": "keine Firewall, die verwirft, was nicht hereingelassen wird",
	"Node {0.}": "Node {0}",
	"WireGuard is in this kernel": "WireGuard ist in diesem Kernel",
	"WireGuard is not in this kernel; wireguard-go takes its place":
		"WireGuard ist nicht in diesem Kernel; wireguard-go tritt an seine Stelle",
	"By which name do homes and other mail servers reach this relay?":
		"Unter welchem Namen erreichen Heimserver und andere Mailserver dieses Relay?",
	"expected a host name like relay.example.net, in small letters":
		"erwartet war ein Hostname wie relay.example.net, in Kleinbuchstaben",
	"{0.} has no address in the DNS yet: add its address records before the first home joins":
		"{0} hat noch keine Adresse im DNS: seine Adresseinträge hinzufügen, bevor der erste Heimserver beitritt",
	"{0.} leads to {1} and not to this machine: correct its address records":
		"{0} führt zu {1} und nicht zu diesem Rechner: seine Adresseinträge berichtigen",
	'expected networks like "10.86.5.0/24,fd86:5a1e:77::/64": {0}':
		'erwartet waren Netze wie "10.86.5.0/24,fd86:5a1e:77::/64": {0}',
	"expected at most one of each family": "erwartet war höchstens eines jeder Familie",
	"this machine has routes to every private network there is":
		"dieser Rechner hat Routen zu jedem privaten Netz, das es gibt",
	'choose the tunnel\'s networks yourself: write [tunnel] into relay.toml, or give --networks "NET4,NET6"':
		'die Netze des Tunnels selbst wählen: [tunnel] in relay.toml schreiben, oder --networks "NET4,NET6" angeben',
	"drawn outside of all ranges": "außerhalb aller Bereiche gezogen",
	"To be done:": "Zu tun ist:",
	"make the relay's key ({0})": "den Schlüssel des Relays anlegen ({0})",
	"write {0.}, with the tunnel's networks {1}": "{0} schreiben, mit den Tunnelnetzen {1}",
	"add to {0.} under which name homes are invited ({1})":
		"in {0} hinzufügen, unter welchem Namen Heimserver eingeladen werden ({1})",
	"open a port in {0}: {1}": "einen Port öffnen in {0}: {1}",
	"start heimweg-relay, now and at each boot": "heimweg-relay starten, jetzt und bei jedem Hochfahren",
	"restart heimweg, which is no outage": "heimweg neu starten, das ist keine Unterbrechung",
	"have Postfix read its settings, which an interrupted run has set":
		"Postfix seine Einstellungen lesen lassen, die ein abgebrochener Lauf gesetzt hat",
	"restart Postfix, which listens for this machine alone until then":
		"Postfix neu starten, das bis dahin nur für diesen Rechner selbst lauscht",
	"restart heimweg-relay, which is no outage": "heimweg-relay neu starten, das ist keine Unterbrechung",
	"Note: {0}": "Hinweis: {0}",
	"Nothing is to be done: all of it stands already.": "Nichts ist zu tun: alles steht schon.",
	"Do all of this?": "All das tun?",
	"Nothing was changed.": "Nichts wurde geändert.",
	"done: {0}": "getan: {0}",
	"to keep it over a restart, add to chain {0.} in {1.}: {2}":
		"damit es einen Neustart übersteht, in {1} zur Kette {0} hinzufügen: {2}",
	"it calls itself {0}, as its PTR and its address records should say":
		"er nennt sich {0}, wie es sein PTR und seine Adresseinträge sagen sollen",
	"it takes mail from the internet, and not from this machine alone":
		"er nimmt Mail aus dem Internet an, und nicht nur von diesem Rechner",
	"its processes see a change of the homes at once (lmdb)":
		"seine Prozesse sehen eine Änderung der Heimserver sofort (lmdb)",
	'there is no user "heimweg", which the daemon runs as':
		'es gibt keinen Benutzer "heimweg", als der der Daemon läuft',
	'run "systemd-sysusers", or install the package heimweg-relay again':
		'"systemd-sysusers" ausführen, oder das Paket heimweg-relay noch einmal installieren',
	"Postfix is not set up: {0}": "Postfix ist nicht eingerichtet: {0}",
	'run "dpkg-reconfigure postfix", choose "Internet Site", and run this again':
		'"dpkg-reconfigure postfix" ausführen, "Internet Site" wählen, und dies noch einmal ausführen',
	"heimweg-relay did not start: {0}": "heimweg-relay ist nicht gestartet: {0}",
	'look at "journalctl -u heimweg-relay -n 20", put right what it says, and run this again':
		'"journalctl -u heimweg-relay -n 20" ansehen, berichtigen, was es sagt, und dies noch einmal ausführen',
	"Postfix could not be set up: {0}": "Postfix ließ sich nicht einrichten: {0}",
	"--networks: {0}": "--networks: {0}",
	'this home is not set up yet: run "heimweg-relay invite HOME DOMAIN" on the relay, then "heimweg join" here':
		'dieser Heimserver ist noch nicht eingerichtet: auf dem Relay "heimweg-relay invite HOME DOMAIN" ausführen, dann hier "heimweg join"',
	'this relay is not set up yet: run "heimweg-relay setup"':
		'dieses Relay ist noch nicht eingerichtet: "heimweg-relay setup" ausführen',
	"Proven:": "Bewiesen:",
	"Not proven:": "Nicht bewiesen:",
	"Postfix greets on {0}, port 25": "Postfix grüßt auf {0}, Port 25",
	"Postfix does not greet on {0}, port 25: {1}": "Postfix grüßt nicht auf {0}, Port 25: {1}",
	"{0.}, {1.} and its PTR agree": "{0}, {1} und ihr PTR stimmen überein",
	"{0.}, {1.} and its PTR do not agree, see above": "{0}, {1} und ihr PTR stimmen nicht überein, siehe oben",
	"heimweg-relay runs, and the tunnel's addresses are guarded":
		"heimweg-relay läuft, und die Tunneladressen sind geschützt",
	"that the internet gets through to TCP port 25 and UDP port {0}: a firewall at your hoster may stand before this machine; the first home and its first mail will show it":
		"dass das Internet zu TCP-Port 25 und UDP-Port {0} durchkommt: vor diesem Rechner kann eine Firewall des Hosters stehen; der erste Heimserver und seine erste Mail werden es zeigen",
	"Next: heimweg-relay invite NAME DOMAIN   (for example: heimweg-relay invite anna example.org)":
		"Weiter mit: heimweg-relay invite NAME DOMAIN   (zum Beispiel: heimweg-relay invite anna example.org)",

	"no answer yet; the relay is asked for {0#} s more, and Ctrl-C ends that":
		"noch keine Antwort; das Relay wird noch {0} s lang gefragt, und Strg-C beendet das",
	"the relay is there, and knows the code": "das Relay ist da und kennt den Code",
	"the relay has this home wait: {0}": "das Relay lässt diesen Heimserver warten: {0}",
	'This home has joined as {0}. Compare these six words with those that "heimweg-relay invites" shows on the relay: {1}':
		'Dieser Heimserver ist als {0} beigetreten. Diese sechs Wörter mit denen vergleichen, die "heimweg-relay invites" auf dem Relay zeigt: {1}',
	"An enrolment has begun here.": "Ein Beitritt hat hier begonnen.",
	"Press Enter to go on with it, or paste a newer code:":
		"Enter drücken, um damit weiterzumachen, oder einen neueren Code einfügen:",
	'Paste the code that "heimweg-relay invite" printed on the relay, and press Enter:':
		'Den Code einfügen, den "heimweg-relay invite" auf dem Relay ausgegeben hat, und Enter drücken:',
	"expected a code on standard input, and none came":
		"auf der Standardeingabe war ein Code erwartet, und keiner kam",
	'run "heimweg join" and paste it, or "heimweg join < FILE"':
		'"heimweg join" ausführen und ihn einfügen, oder "heimweg join < FILE"',
	"no code came on standard input within {0} s": "auf der Standardeingabe kam {0} s lang kein Code",
	"the daemon heimweg runs, and has the tunnel": "der Daemon heimweg läuft und hat den Tunnel",
	'run "systemctl stop heimweg", and "heimweg join" again':
		'"systemctl stop heimweg" ausführen, und wieder "heimweg join"',
	'this home\'s key is "{0}"': 'der Schlüssel dieses Heimservers ist "{0}"',
	"the relay {0} is at {1}": "das Relay {0} ist unter {1}",
	"the relay knows this home as {0}": "das Relay kennt diesen Heimserver als {0}",
	"{0.} is written": "{0} ist geschrieben",
	"what {0.} said before is in {1.}": "was vorher in {0} stand, liegt in {1}",
	"the relay answers through the tunnel, with this home's own key":
		"das Relay antwortet durch den Tunnel, mit dem eigenen Schlüssel dieses Heimservers",
	"no enrolment is under way here, and no code came": "hier ist kein Beitritt im Gang, und kein Code kam",
	'run "heimweg-relay invite HOME DOMAIN" on the relay, "heimweg join" here, and paste the code':
		'auf dem Relay "heimweg-relay invite HOME DOMAIN" ausführen, hier "heimweg join", und den Code einfügen',
	"{0.} holds another key than the one with which this home joins":
		"{0} enthält einen anderen Schlüssel als den, mit dem dieser Heimserver beitritt",
	'move it away and run "heimweg join" again': 'sie wegbewegen und "heimweg join" noch einmal ausführen',
	"the relay's name {0} cannot be resolved ({1})": "der Name {0} des Relays lässt sich nicht auflösen ({1})",
	'look whether other names resolve here (/etc/resolv.conf), and run "heimweg join" again; it goes on without the code':
		'nachsehen, ob sich andere Namen hier auflösen lassen (/etc/resolv.conf), und "heimweg join" noch einmal ausführen; es macht ohne den Code weiter',
	"the relay's name {0} leads nowhere": "der Name {0} des Relays führt nirgendwohin",
	"look at its records in DNS, or have the relay's address written into invite.endpoint in relay.toml":
		"seine Einträge im DNS ansehen, oder die Adresse des Relays in relay.toml in invite.endpoint schreiben lassen",
	"the relay gives this home the addresses {0}, which do not fit the networks of the code ({1})":
		"das Relay gibt diesem Heimserver die Adressen {0}, die nicht zu den Netzen des Codes passen ({1})",
	'correct addresses in the home\'s file on the relay, and run "heimweg-relay invite HOME --again" there':
		'auf dem Relay addresses in der Datei des Heimservers berichtigen und dort "heimweg-relay invite HOME --again" ausführen',
	"there is no folder {0}": "es gibt keinen Ordner {0}",
	"install the package heimweg, which makes it": "das Paket heimweg installieren, das legt ihn an",
	"this machine has a tunnel {0} of Heimweg already, with a key that is not of this code":
		"dieser Rechner hat schon einen Tunnel {0} von Heimweg, mit einem Schlüssel, der nicht zu diesem Code gehört",
	'run "heimweg join" at home, not on the relay; if this is a home that shall join anew, run "heimweg join --anew", or "ip link del hw0" if nothing of Heimweg runs here':
		'"heimweg join" zu Hause ausführen, nicht auf dem Relay; soll ein Heimserver neu beitreten, "heimweg join --anew" ausführen, oder "ip link del hw0", wenn hier nichts von Heimweg läuft',
	"{0.} is there: this machine is a home already": "{0} ist da: dieser Rechner ist schon ein Heimserver",
	'run "heimweg status"; with a new code, run "heimweg join --anew"':
		'"heimweg status" ausführen; mit einem neuen Code "heimweg join --anew"',
	"{0.} cannot be read": "{0} ist nicht lesbar",
	"{0.} is damaged, and enrolment cannot go on":
		"{0} ist beschädigt, und der Beitritt kann nicht weitergehen",
	'run "rm {0}", and ask for a new code: "heimweg-relay invite HOME --again" on the relay':
		'"rm {0}" ausführen und um einen neuen Code bitten: "heimweg-relay invite HOME --again" auf dem Relay',
	"the relay accepted this home's key, and does not answer through the tunnel with it":
		"das Relay hat den Schlüssel dieses Heimservers angenommen und antwortet damit nicht durch den Tunnel",
	'look on the relay at "heimweg-relay status", mend what it says, and run "heimweg join" again here; it goes on without the code':
		'auf dem Relay "heimweg-relay status" ansehen, beheben, was es sagt, und hier "heimweg join" noch einmal ausführen; es macht ohne den Code weiter',
	'the relay refuses this code: another machine has joined with it. This machine\'s key is "{0}"':
		'das Relay lehnt diesen Code ab: ein anderer Rechner ist damit beigetreten. Der Schlüssel dieses Rechners ist "{0}"',
	'run "heimweg-relay status" on the relay, which shows the other key; if it is not yours, somebody else has the code: "heimweg-relay invite HOME --again" shuts them out':
		'auf dem Relay "heimweg-relay status" ausführen, das zeigt den anderen Schlüssel; ist es nicht der eigene, hat jemand anderes den Code: "heimweg-relay invite HOME --again" schließt ihn aus',
	'mend that, and run "heimweg join" again here; it goes on without the code':
		'das beheben und hier "heimweg join" noch einmal ausführen; es macht ohne den Code weiter',
	"the relay {0} is reached through the tunnel, but heimweg-relay does not answer there":
		"das Relay {0} ist durch den Tunnel zu erreichen, aber heimweg-relay antwortet dort nicht",
	'look on the relay at "heimweg-relay status", and whether its firewall lets everything in that comes out of the tunnel; then run "heimweg join" again here; it goes on without the code':
		'auf dem Relay "heimweg-relay status" ansehen, und ob seine Firewall alles hereinlässt, was aus dem Tunnel kommt; dann hier "heimweg join" noch einmal ausführen; es macht ohne den Code weiter',
	"the relay {0} does not answer on UDP port {1}": "das Relay {0} antwortet nicht auf UDP-Port {1}",
	'this machine\'s firewall lets out only what its rules name: run {0}, and "heimweg join" again; it goes on without the code':
		'die Firewall dieses Rechners lässt nur hinaus, was ihre Regeln nennen: {0} aufrufen, dann noch einmal "heimweg join"; es macht ohne den Code weiter',
	"what this machine sends to {0}, the relay in the tunnel, leaves by {1}":
		"was dieser Rechner an {0} sendet, das Relay im Tunnel, geht über {1} hinaus",
	'look at "ip rule" and "ip route get {0}", have the other VPN leave this network out, and run "heimweg join" again here; it goes on without the code':
		'"ip rule" und "ip route get {0}" ansehen, das andere VPN dieses Netz auslassen lassen und hier noch einmal "heimweg join" aufrufen; es macht ohne den Code weiter',
	"the relay {0} does not answer": "das Relay {0} antwortet nicht",
	'look on the relay at "heimweg-relay invites", whether the code is still good (a day, and once) and the newest; whether heimweg-relay runs; and whether every firewall lets UDP port {0} in; then run "heimweg join" again here; it goes on without the code':
		'auf dem Relay "heimweg-relay invites" ansehen, ob der Code noch gilt (einen Tag, und einmal) und der neueste ist; ob heimweg-relay läuft; und ob jede Firewall UDP-Port {0} hereinlässt; dann hier "heimweg join" noch einmal ausführen; es macht ohne den Code weiter',
	"this code was made by another version of heimweg-relay than this one can read":
		"diesen Code hat eine Version von heimweg-relay gemacht, die diese hier nicht lesen kann",
	"install the same version of Heimweg on both machines, and make a new code":
		"auf beiden Rechnern dieselbe Version von Heimweg installieren und einen neuen Code machen",
	'expected a code that begins with "hw1-", as "heimweg-relay invite" prints it: {0}':
		'erwartet war ein Code, der mit "hw1-" beginnt, wie "heimweg-relay invite" ihn ausgibt: {0}',
	"copy the whole line that it printed on the relay, and paste it again":
		"die ganze Zeile kopieren, die es auf dem Relay ausgegeben hat, und sie noch einmal einfügen",

	"the relay cannot save that this home joined":
		"das Relay kann nicht speichern, dass dieser Heimserver beigetreten ist",
	'the relay does not serve this home yet, "heimweg-relay status" there says why':
		'das Relay bedient diesen Heimserver noch nicht, "heimweg-relay status" dort sagt, warum',
	"expected the home's mail domains behind its name, got none":
		"hinter dem Namen des Heimservers waren seine Mail-Domains erwartet, gekommen ist keine",
	'run "heimweg-relay invite {0} example.org"': '"heimweg-relay invite {0} example.org" ausführen',
	"{0.} is there, and names no invitation": "{0} ist da und nennt keine Einladung",
	'it was written by hand: give that home a key with public_key in it, or run "heimweg-relay remove {0}" first':
		'sie wurde von Hand geschrieben: dem Heimserver darin mit public_key einen Schlüssel geben, oder zuerst "heimweg-relay remove {0}" ausführen',
	"{0.} is invited already, or has joined": "{0} ist schon eingeladen oder beigetreten",
	'run "heimweg-relay invite {0} --again" for a new code; the one before, and a key that came by it, are void then':
		'"heimweg-relay invite {0} --again" ausführen für einen neuen Code; der vorige, und ein Schlüssel, der damit kam, sind dann ungültig',
	"{0.} has other domains ({1})": "{0} hat andere Domains ({1})",
	'change them there, and run "heimweg-relay invite {0} --again"':
		'sie dort ändern und "heimweg-relay invite {0} --again" ausführen',
	'expected a public key of 44 characters, as "heimweg key" prints it at home':
		'erwartet war ein öffentlicher Schlüssel von 44 Zeichen, wie "heimweg key" ihn zu Hause ausgibt',
	"{0.} is there already": "{0} ist schon da",
	'write public_key = "{0}" into it by hand, or run "heimweg-relay remove {1}" first':
		'von Hand public_key = "{0}" hineinschreiben, oder zuerst "heimweg-relay remove {1}" ausführen',
	'expected a name for the home of 1 to 32 small letters, digits and "-", got {0}':
		'erwartet war für den Heimserver ein Name von 1 bis 32 Kleinbuchstaben, Ziffern und "-", gekommen ist {0}',
	"expected a mail domain, got {0}": "erwartet war eine Mail-Domain, gekommen ist {0}",
	"there is an invitation {0} already": "es gibt schon eine Einladung {0}",
	"The code before is void, and so is a key that came by it; a home that has joined takes this one with --anew.":
		"Der vorige Code ist ungültig, und ebenso ein Schlüssel, der damit kam; ein beigetretener Heimserver nimmt diesen mit --anew.",
	'{0.} is invited. Run "heimweg join" at home and paste this code; it is good for a day, and once. Whoever has it can take {1}\'s mail: send it on a way that you trust. Both sides then show the same six words.':
		'{0} ist eingeladen. Zu Hause "heimweg join" ausführen und diesen Code einfügen; er gilt einen Tag, und einmal. Wer ihn hat, kann die Mail von {1} an sich nehmen: ihn auf einem vertrauenswürdigen Weg schicken. Beide Seiten zeigen dann dieselben sechs Wörter.',
	'{0.} may come, with the key "{1}" and the addresses {2}':
		'{0} darf kommen, mit dem Schlüssel "{1}" und den Adressen {2}',
	'no home is invited; "heimweg-relay invite HOME DOMAIN" does that':
		'kein Heimserver ist eingeladen; "heimweg-relay invite HOME DOMAIN" tut das',
	"invited, the code is good until {0} UTC; its mail waits":
		"eingeladen, der Code gilt bis {0} UTC; die Mail dafür wartet",
	'has redeemed its code with the key "{0}", and was not heard with it yet':
		'hat den Code mit dem Schlüssel "{0}" eingelöst und war damit noch nicht zu hören',
	'joined with the key "{0}"': 'beigetreten mit dem Schlüssel "{0}"',
	"the code is over and was not used; its mail waits":
		"der Code ist abgelaufen und wurde nicht benutzt; die Mail dafür wartet",
	"an invitation": "eine Einladung",
	"A home's file names an invitation that is not known":
		"die Datei eines Heimservers nennt eine Einladung, die nicht bekannt ist",
	"{0.}.toml names an invitation that the relay does not know for this home; it is served with the key that it had":
		"{0}.toml nennt eine Einladung, die das Relay für diesen Heimserver nicht kennt; er wird mit dem Schlüssel bedient, den er hatte",
	"{0.}.toml names an invitation that the relay does not know for this home; mail for its domains waits":
		"{0}.toml nennt eine Einladung, die das Relay für diesen Heimserver nicht kennt; Mail für seine Domains wartet",
	'run "heimweg-relay invite {0} --again" on the relay, and "heimweg join" at home; or write its public_key into the file in place of the invitation':
		'auf dem Relay "heimweg-relay invite {0} --again" ausführen, und zu Hause "heimweg join"; oder an Stelle der Einladung seinen public_key in die Datei schreiben',
	"A second machine has used an invitation": "ein zweiter Rechner hat eine Einladung benutzt",
	'a second machine has tried the invitation of {0}, and was refused: its key is "{1}", and that of the machine that joined is "{2}"':
		'ein zweiter Rechner hat die Einladung von {0} versucht und wurde abgelehnt: sein Schlüssel ist "{1}", und der des beigetretenen Rechners ist "{2}"',
	'compare the words with those that "heimweg join" or "heimweg key" prints at home; if they are not those of the machine that joined, somebody else has the code: run "heimweg-relay invite {0} --again"':
		'die Wörter mit denen vergleichen, die "heimweg join" oder "heimweg key" zu Hause ausgibt; sind es nicht die des beigetretenen Rechners, hat jemand anderes den Code: "heimweg-relay invite {0} --again" ausführen',
	"An invitation was not used in time": "eine Einladung wurde nicht rechtzeitig benutzt",
	"the invitation of {0} is over, and mail for its domains waits":
		"die Einladung von {0} ist abgelaufen, und Mail für dessen Domains wartet",
	'run "heimweg-relay invite {0} --again" and use the new code within a day, or "heimweg-relay remove {1}"':
		'"heimweg-relay invite {0} --again" ausführen und den neuen Code binnen eines Tages benutzen, oder "heimweg-relay remove {1}"',
	"An invitation's address belongs to a home": "die Adresse einer Einladung gehört einem Heimserver",
	"the code for {0} cannot be used: a home's file has the address {1}, which is kept for it":
		"der Code für {0} ist nicht zu gebrauchen: die Datei eines Heimservers hat die Adresse {1}, die für ihn vorgesehen ist",
	'run "heimweg-relay invite {0} --again", and use the new code':
		'"heimweg-relay invite {0} --again" ausführen und den neuen Code benutzen',
	"An invitation cannot be saved": "eine Einladung lässt sich nicht speichern",
	"{0.} wants to join and has to wait, since the relay cannot save it: {1}":
		"{0} will beitreten und muss warten, weil das Relay es nicht speichern kann: {1}",
	"free some space on the disk that holds state_dir, or correct its rights; the home tries again":
		"Platz auf der Festplatte schaffen, auf der state_dir liegt, oder seine Rechte berichtigen; der Heimserver versucht es wieder",
	"the port of enrolment is held by another program": "ein anderes Programm hält den Port für den Beitritt",
	"no home can join: {0} is in use by another program":
		"kein Heimserver kann beitreten: {0} wird von einem anderen Programm benutzt",
	"no home can join: {0} is in use by another program {1}":
		"kein Heimserver kann beitreten: {0} wird von einem anderen Programm {1} benutzt",
	'run "{0}" as root to see which program it is, and end it; or choose another invite.port and make new codes':
		'als root "{0}" ausführen, um zu sehen, welches Programm es ist, und es beenden; oder einen anderen invite.port wählen und neue Codes machen',
	"no home can join": "kein Heimserver kann beitreten",
	"no home can join: {0}": "kein Heimserver kann beitreten: {0}",
	"run the command again, and see what it says":
		"den Befehl noch einmal ausführen und nachsehen, was er sagt",
	"{0.} cannot be written ({1})": "{0} lässt sich nicht schreiben ({1})",
	"{0.} cannot be written: there is no such folder or file":
		"{0} lässt sich nicht schreiben: es gibt den Ordner oder die Datei nicht",
	'see that {0} is there, as "heimweg-relay check-config" says':
		'dafür sorgen, dass {0} da ist, wie "heimweg-relay check-config" sagt',
	"the invitation in the home's file stands where it cannot be found again":
		"die Einladung steht in der Datei des Heimservers, wo sie nicht wiederzufinden ist",
	'write it in a line of its own, invitation = "..."':
		'sie in eine eigene Zeile schreiben, invitation = "..."',
	"end that program, or choose another invite.port; codes that were made before are then void":
		"dieses Programm beenden, oder einen anderen invite.port wählen; vorher gemachte Codes sind dann ungültig",
	"{0.} is {1.}'s: expected a domain that no other home has":
		"{0} gehört {1}: erwartet war eine Domain, die kein anderer Heimserver hat",
	"take it out of homes.d/{0}.toml first, if it shall move":
		"sie zuerst aus homes.d/{0}.toml herausnehmen, wenn sie umziehen soll",
	"relay.toml does not say where homes find this relay from outside":
		"relay.toml sagt nicht, wo Heimserver dieses Relay von außen finden",
	'add [invite] with endpoint = "NAME" to relay.toml, the relay\'s public name or address, and run "systemctl reload heimweg-relay"':
		'[invite] mit endpoint = "NAME" in relay.toml hinzufügen, dem öffentlichen Namen oder der Adresse des Relays, und "systemctl reload heimweg-relay" ausführen',
	"no invitation can be made in {0}": "in {0} lässt sich keine Einladung machen",
	"choose a network from /8 to /30, or IPv6 from /16 to /126; or use heimweg-relay admit":
		"ein Netz von /8 bis /30 wählen, oder IPv6 von /16 bis /126; oder heimweg-relay admit benutzen",
	"there is no such invitation": "es gibt diese Einladung nicht",
	"the invitation of {0} is not ready after {1} s": "die Einladung von {0} ist nach {1} s nicht bereit",
	'run "heimweg-relay status", and mend what it says; then run "heimweg-relay invite {0} --again"':
		'"heimweg-relay status" ausführen und beheben, was es sagt; dann "heimweg-relay invite {0} --again" ausführen',
	"it is not known yet whether mail waits here for {0}":
		"es ist noch nicht bekannt, ob hier Mail für {0} wartet",
	'run it again in a minute; if it says the same, see what "heimweg-relay status" says of Postfix\'s queue':
		'in einer Minute noch einmal ausführen; kommt dann dasselbe, nachsehen, was "heimweg-relay status" von Postfix\' Warteschlange sagt',
	"mail waits here for {0}, and would go back to its senders after some days":
		"hier wartet Mail für {0} und ginge nach einigen Tagen an ihre Absender zurück",
	'let the home take it first, or run "heimweg-relay remove {0} --force"':
		'sie zuerst den Heimserver nehmen lassen, oder "heimweg-relay remove {0} --force" ausführen',
	"{0.} is still served, although its file is gone": "{0} wird noch bedient, obwohl seine Datei weg ist",
	'run "heimweg-relay status": it may wait for "heimweg-relay accept-removals"':
		'"heimweg-relay status" ausführen: vielleicht wartet es auf "heimweg-relay accept-removals"',
	"{0.} is no longer served; mail for its domains is refused, and what waits here goes back to its senders after some days":
		"{0} wird nicht mehr bedient; Mail für seine Domains wird abgelehnt, und was hier wartet, geht nach einigen Tagen an seine Absender zurück",
	"{0.} is no longer served; mail for its domains is refused, and none goes back":
		"{0} wird nicht mehr bedient; Mail für seine Domains wird abgelehnt, und keine geht zurück",
	"{0#} invitations are open at once, and there is room for no more in {1}":
		"{0} Einladungen sind zugleich offen, und für mehr ist in {1} kein Platz",
	"no address is free in {0} for an invitation": "in {0} ist keine Adresse für eine Einladung frei",
	'wait until some have joined, or end one with "heimweg-relay remove HOME"; "heimweg-relay admit" needs no such address':
		'warten, bis einige beigetreten sind, oder eine mit "heimweg-relay remove HOME" beenden; "heimweg-relay admit" braucht keine solche Adresse',
	"no address is free in {0} for another home": "in {0} ist keine Adresse für einen weiteren Heimserver frei",
	'remove a home that is no longer needed, or choose a larger network in "tunnel.networks" on both sides':
		'einen Heimserver entfernen, der nicht mehr gebraucht wird, oder auf beiden Seiten in "tunnel.networks" ein größeres Netz wählen',
} as const;
