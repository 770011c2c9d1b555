/** What the doctor says of a mail that he sends to see its way. */
export const mailWay = {
	"Postfix here did not take it: {0}": "Postfix hier nahm sie nicht an: {0}",
	"Postfix runs, and takes mail of this machine's programs":
		"Postfix läuft, und nimmt Mail der Programme dieser Maschine an",
	"what became of it does not stand in Postfix's log, or may not be read":
		"was aus ihr wurde, steht nicht im Log von Postfix, oder ist nicht zu lesen",
	"this is run by root, or by a member of the group adm":
		"dies wird als root aufgerufen, oder von einem Mitglied der Gruppe adm",
	"Postfix here did not bring it into the mailbox: {0}": "Postfix hier brachte sie nicht ins Postfach: {0}",
	"it lies in the mailbox": "sie liegt im Postfach",
	"it was delivered, and Dovecot does not show it: {0}":
		"sie wurde zugestellt, und Dovecot zeigt sie nicht: {0}",
	"this is run by root, where Dovecot is": "dies wird als root aufgerufen, wo Dovecot ist",
	"the relay did not take it as mail that leaves: {0}":
		"das Relay nahm sie nicht als ausgehende Mail an: {0}",
	"the relay takes mail of this home for everybody":
		"das Relay nimmt Mail dieses Heimservers an alle Welt an",
	"the relay took it, and did not bring it back in time: {0}":
		"das Relay nahm sie an, und brachte sie nicht rechtzeitig zurück: {0}",
	"the relay brings mail for this home into its mailbox":
		"das Relay bringt Mail für diesen Heimserver in sein Postfach",
	"it left without a DKIM signature of its own domain":
		"sie ging ohne eine DKIM-Signatur ihrer eigenen Domain hinaus",
	"a milter signs what leaves, also what programs here send (non_smtpd_milters)":
		"ein Milter signiert, was hinausgeht, auch was Programme hier senden (non_smtpd_milters)",
	"the signature is right, by the key that is published":
		"die Signatur stimmt, nach dem Schlüssel, der veröffentlicht ist",
	"the signature is wrong ({0}): {1}": "die Signatur stimmt nicht ({0}): {1}",
	"the published key is the one that signs": "der veröffentlichte Schlüssel ist der, mit dem signiert wird",
	"the signature was right when it left, and is wrong after the relay: something there changes mail":
		"die Signatur stimmte, als sie hinausging, und stimmt nach dem Relay nicht mehr: dort verändert etwas die Mail",
	"the relay changes nothing of what is signed": "das Relay verändert nichts, was signiert ist",
	"the relay signs it again: it shows a key for mail that this home has signed":
		"das Relay signiert sie noch einmal: mit einem Schlüssel für Mail, die dieser Heimserver signiert hat",
	"one end signs, and it is the home": "ein Ende signiert, und zwar der Heimserver",
	"its filters say: {0}": "seine Filter sagen: {0}",
	"its filters say nothing of SPF, DKIM and DMARC": "seine Filter sagen nichts zu SPF, DKIM und DMARC",
	"it tells who brought the mail to it: {0}": "sagt, wer ihm die Mail brachte: {0}",
	"here it came from {0}, and who brought it to the relay is lost on the way":
		"hier kam sie von {0}, und wer sie dem Relay brachte, ging unterwegs verloren",
	"Postfix here lets the relay tell it (smtpd_authorized_xforward_hosts)":
		"Postfix hier lässt es sich vom Relay sagen (smtpd_authorized_xforward_hosts)",
	"from {0}, after {1#} s": "von {0}, nach {1} s",
	"here it began": "hier begann sie",
	"it lay in the mailbox {0} s after the relay had taken it ({1}: {2})":
		"sie lag im Postfach, {0} s nachdem das Relay sie angenommen hatte ({1}: {2})",
	'--mail: expected an address of {0}, got "{1}"': '--mail: erwartet wird eine Adresse von {0}, nicht "{1}"',
	"--mail: the configuration names no relay, or may not be read":
		"--mail: die Konfiguration nennt kein Relay, oder ist nicht zu lesen",
	"run it as root": "als root aufrufen",
	"the relay did not say in time whether it has sent the mail":
		"das Relay sagte nicht rechtzeitig, ob es die Mail gesendet hat",
	"the relay does not know of such mails; its version may be an earlier one":
		"das Relay kennt solche Mails nicht; vielleicht ist seine Version eine frühere",
	"another such mail is under way": "eine andere solche Mail ist unterwegs",
	"the relay did not send a mail as a stranger does: {0}":
		"das Relay sendete keine Mail, wie ein Fremder es tut: {0}",
	"the relay took a mail from outside, and did not bring it here in time":
		"das Relay nahm eine Mail von außen an und brachte sie nicht rechtzeitig hierher",
	"it is no address of this home's domains": "das ist keine Adresse der Domains dieses Heimservers",
	"it is not among the valid recipients that this home has told the relay":
		"sie ist nicht unter den gültigen Empfängern, die dieser Heimserver dem Relay genannt hat",
	"this home had one sent less than a minute ago, or many today":
		"dieser Heimserver ließ vor weniger als einer Minute eine senden, oder heute viele",
	"the homes had many sent within the hour": "die Heimserver ließen binnen einer Stunde viele senden",
	"the relay does not know its public address": "das Relay kennt seine öffentliche Adresse nicht",
};
