/** What `heimweg-relay setup` says, whole sentences. */
export const words = {
	description:
		"sets this relay up: asks for its name, writes relay.toml, the key and Postfix's settings, and starts; run again, it changes nothing",
	hostOption: "the name by which homes and other mail servers reach this relay",
	networksOption: "the tunnel's networks, IPv4 and IPv6, instead of ones drawn at random",
	yesOption: "take what is proposed, without asking",
	verboseOption: "show each setting of Postfix as it was and as it will be",
	firewallOption: "open no ports in this machine's firewall",
	onlyRoot: "only root may set a relay up",
	onlyRootRemedy: "run the command again with sudo",
	looking: "Looking at this machine and its names ...",
	port25: "Trying whether mail may leave this machine (port 25) ...",

	found: "This machine:",
	address: "{family} address {address}",
	addressDynamic:
		"{family} address {address}, given by its network: see that your hoster always gives the same",
	addressBehindNat:
		"{family} address {address}, which is private: something in front of this machine has the public one",
	noAddress: "no {family} address that leads out",
	ptr: "its PTR is {ptr}, which leads back here",
	ptrNotBack: "its PTR is {ptr}, which does not lead back here: add an address record of that name",
	noPtr: "it has no PTR: many mail servers refuse mail from it; set one at your hoster",
	ptrAnother:
		"its PTR is {ptr}, and this relay will call itself {host}: set the PTR to {host} at your hoster",
	outwardYes: "mail may leave: {server} greets on port 25",
	outwardNo: "mail may not leave: {server} does not answer on port 25; ask your hoster to open it",
	outwardUnknown: "whether mail may leave (port 25) is not known: no large mail server could be found",
	postfix: "Postfix {version}, myhostname {myhostname}, inet_interfaces {interfaces}",
	mydestination:
		"Postfix keeps mail for {domains} on this machine (mydestination); take out what a home is to have",
	firewall: "firewall {name}",
	noFirewall: "no firewall that drops what is not let in",
	node: "Node {version}",
	wireguardKernel: "WireGuard is in this kernel",
	wireguardGo: "WireGuard is not in this kernel; wireguard-go takes its place",

	askHost: "By which name do homes and other mail servers reach this relay?",
	hostWrong: "expected a host name like relay.example.net, in small letters",
	hostNowhere: "{host} has no address in the DNS yet: add its address records before the first home joins",
	hostElsewhere: "{host} leads to {addresses} and not to this machine: correct its address records",
	networksWrong: 'expected networks like "10.86.5.0/24,fd86:5a1e:77::/64": {problem}',

	plan: "To be done:",
	stepKey: "make the relay's key ({file})",
	stepConfig: "write {file}, with the tunnel's networks {networks}",
	stepInvite: "add to {file} under which name homes are invited ({host})",
	stepPostfix: "set Postfix's settings ({count}; --verbose shows them)",
	stepPostfixRestart: "restart Postfix, which listens for this machine alone until then",
	stepFirewall: "open a port in {name}: {command}",
	stepStart: "start heimweg-relay, now and at each boot",
	stepRestart: "restart heimweg-relay, which is no outage",
	note: "Note: {note}",
	nothing: "Nothing is to be done: all of it stands already.",
	askApply: "Do all of this?",
	refused: "Nothing was changed.",
	done: "done: {step}",
	lasts: "to keep it over a restart, add to chain {name} in {file}: {line}",

	whyHostname: "it calls itself {host}, as its PTR and its address records should say",
	whyInterfaces: "it takes mail from the internet, and not from this machine alone",
	whyLmdb: "its processes see a change of the homes at once (lmdb)",

	noUser: 'there is no user "heimweg", which the daemon runs as',
	noUserRemedy: 'run "systemd-sysusers", or install the package heimweg-relay again',
	noPostfix: "Postfix is not set up: {error}",
	noPostfixRemedy: 'run "dpkg-reconfigure postfix", choose "Internet Site", and run this again',
	startFailed: "heimweg-relay did not start: {error}",
	startFailedRemedy:
		'look at "journalctl -u heimweg-relay -n 20", put right what it says, and run this again',
	postfixFailed: "Postfix could not be set up: {error}",

	proven: "Proven:",
	notProven: "Not proven:",
	greets: "Postfix greets on {address}, port 25",
	greetsNot: "Postfix does not greet on {address}, port 25: {why}",
	namesAgree: "{host}, {address} and its PTR agree",
	namesDiffer: "{host}, {address} and its PTR do not agree, see above",
	daemonRuns: "heimweg-relay runs, and the tunnel's addresses are guarded",
	fromOutside:
		"that the internet gets through to TCP port 25 and UDP port {port}: a firewall at your hoster may stand before this machine; the first home and its first mail will show it",
	next: "Next: heimweg-relay invite NAME DOMAIN   (for example: heimweg-relay invite anna example.org)",
} as const;
