/** A resolver of the machine's own; nothing is given up before it answers, and Postfix has a copy of resolv.conf(5). */
export const ownResolverLine =
	"apt install unbound bind9-dnsutils && dig @127.0.0.1 . NS && rm /etc/resolv.conf && echo 'nameserver 127.0.0.1' >/etc/resolv.conf && systemctl restart postfix";
