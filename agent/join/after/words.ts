/** What `heimweg join` says after the enrolment, whole sentences. */
export const words = {
	noDnsOption: "keep no records at deSEC",
	nameOption: "the name that gets this line's addresses, mail.DOMAIN unless said",
	tokenFileOption: "a file with the deSEC token, instead of a question",
	mailboxOption: "the mailbox to which a mail is sent as a proof",
	noMailOption: "send no mail as a proof",
	addOption:
		"a file with more for heimweg.toml, such as [check_ip]; what is in its [dns] and [recipients] is not asked for",
	stepAdd: "add to {config} what {file} says",
	yesOption: "take what is proposed, without asking",
	verboseOption: "show each setting of Postfix as it was and as it will be",

	tokenKept: "deSEC token: {file} stands and is kept",
	askName: "Which name is to follow this line's addresses?",
	nameWrong: "expected a host name like mail.example.org, in small letters",
	policy: `A token at deSEC that may write what Heimweg keeps, and nothing else:
  1. desec.io, Token Management: create a token named "heimweg", and copy its secret.
  2. Its policies, in this order (without the first, deSEC takes no other):
{table}`,
	askToken: "The token's secret? (nobody sees it here; Enter without one keeps no records)",
	tokenWrong: "expected the token's secret: one line of 8 to 512 letters, digits and signs",
	tokenRefused: "{error}",
	tokenReads: "deSEC: the token reads {domain}",
	noDns: "no records are kept at deSEC",

	recipientsNone:
		"nothing was found that names valid recipients of {domains}: the relay takes mail to any name; name a source in [recipients]",
	askRecipients: "Where do this home's valid recipients stand? The relay refuses mail to all others",
	sourcePasswd: "the users of this machine, and Postfix's aliases",
	sourceTable: "Postfix's table {table}",
	sourceDovecot: "Dovecot's users",
	sourceDatabase: "PostfixAdmin's database {database}",
	sourceHint: "{count} recipients: {some}",
	sourceHintOne: "1 recipient: {some}",
	needDovecot: "let Dovecot list its users to the user heimweg-recipients ({what})",
	needReadable: "let the group heimweg-recipients read {what}",
	needDatabase: "let the database user heimweg-recipients list the addresses: {what}",
	domainUnknown:
		'Postfix of this home takes no mail for {domain}: add it to mydestination (mailboxes of this machine\'s users) or to virtual_mailbox_domains, then run "postfix reload"',

	plan: "To be done:",
	stepDns: "keep A and AAAA of {name} at deSEC ({file})",
	stepRecipients: "tell the relay this home's valid recipients ({sources})",
	stepPostfix: "set Postfix's settings ({count}; --verbose shows them)",
	stepFirewall: "let the relay in, in {name}: {command}",
	lasts: "to keep it over a restart, add to chain {name} in {file}: {line}",
	stepStart: "start heimweg, now and at each boot",
	whyInterfaces: "it listens on all addresses, so that the relay can bring mail",
	whyOrigin: "what programs of this machine send comes from {domain}; the relay takes no other senders",
	note: "Note: {note}",
	nothing: "Nothing is to be done: all of it stands already.",
	askApply: "Do all of this?",
	refused: 'This home has joined, and nothing else was changed; "heimweg join" goes on from here.',
	done: "done: {step}",
	startFailed: "heimweg did not start: {error}",
	startFailedRemedy:
		'look at "journalctl -u heimweg -n 20", put right what it says, and run "heimweg join" again',
	postfixFailed: "Postfix could not be set up: {error}",
	needFailed: "{step}: {error}",

	waitTunnel: "Waiting for the tunnel ...",
	waitRecords: "Waiting until deSEC's name servers answer this line's addresses ...",
	waitMail: "Sending a mail through the relay to {mailbox} ...",
	askMailbox: "To which mailbox may a mail be sent, as a proof?",
	mailboxWrong: "expected an address in {domains}",
	proven: "Proven:",
	notProven: "Not proven:",
	tunnelUp: "the tunnel stands: the relay answers, and sees this home",
	tunnelDown: "the tunnel: no pulse was answered within {seconds} s; {why}",
	recordsTrue: "records: {name} answers this line's addresses",
	recordsOpen: "records: {name} does not answer this line's addresses yet",
	mailOut: "outgoing mail: the relay took one from {from}",
	mailOutNot: "outgoing mail: {why}",
	mailIn: "incoming mail: one lies in the mailbox of {mailbox}, {seconds} s after it left",
	mailInNot: "incoming mail: {why}",
	mailNotSeen:
		'Postfix did not log within {seconds} s that it delivered the mail to {mailbox}; look at "mailq" here and on the relay',
	mailSkipped: "mail, in and out: none was sent",
	mxRight: "the MX of {domain} is the relay",
	mxOpen: "the MX of {domain} is not the relay yet: nobody else's mail comes here before it is",

	last: "To be set in the DNS, where the domain is kept:",
	dnsPlan:
		'  ("heimweg dns plan" shows these and the others that a mail domain needs, "heimweg dns apply" sets them)',
	mxLine: "  {domain}.  MX   10 {relay}.",
	spfLine: '  {domain}.  TXT  "v=spf1 mx ~all"',
	mxNeedsName: "  an MX must be a name, and the relay was named by its address {relay}: use the relay's name",
} as const;
