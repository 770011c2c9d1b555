/**
 * What `ip -j` printed in a network namespace, without the keys that say nothing here: eth0 at a router, eth1 without a
 * carrier, hw0 the tunnel's name. iproute2 6.1 and 6.15 printed the same routes.
 */

/** `ip -j address show`, by version of iproute2. */
export const addresses = {
	"6.1": `[{"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"operstate":"UNKNOWN","addr_info":[
	{"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host","label":"lo","valid_life_time":4294967295,"preferred_life_time":4294967295},
	{"family":"inet6","local":"::1","prefixlen":128,"scope":"host","valid_life_time":4294967295,"preferred_life_time":4294967295}
]},
{"ifname":"eth0","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1500,"operstate":"UP","addr_info":[
	{"family":"inet","local":"192.168.178.20","prefixlen":24,"scope":"global","label":"eth0","valid_life_time":4294967295,"preferred_life_time":4294967295},
	{"family":"inet6","local":"2001:db8:1::7e","prefixlen":64,"scope":"global","tentative":true,"valid_life_time":4294967295,"preferred_life_time":4294967295},
	{"family":"inet6","local":"2001:db8:1::dd","prefixlen":64,"scope":"global","dadfailed":true,"tentative":true,"valid_life_time":4294967295,"preferred_life_time":4294967295},
	{"family":"inet6","local":"2001:db8:1:0:2dc0:3678:76d2:63a8","prefixlen":64,"scope":"global","temporary":true,"dynamic":true,"valid_life_time":7197,"preferred_life_time":2997},
	{"family":"inet6","local":"2001:db8:1:0:216:3eff:fe00:1","prefixlen":64,"scope":"global","dynamic":true,"mngtmpaddr":true,"valid_life_time":7197,"preferred_life_time":2997},
	{"family":"inet6","local":"fd12:3456:789a::20","prefixlen":64,"scope":"global","valid_life_time":4294967295,"preferred_life_time":4294967295},
	{"family":"inet6","local":"2001:db8:1::99","prefixlen":64,"scope":"global","deprecated":true,"dynamic":true,"valid_life_time":7197,"preferred_life_time":0},
	{"family":"inet6","local":"2001:db8:1::20","prefixlen":64,"scope":"global","dynamic":true,"valid_life_time":7197,"preferred_life_time":3597},
	{"family":"inet6","local":"fe80::b443:f8ff:fe93:987d","prefixlen":64,"scope":"link","valid_life_time":4294967295,"preferred_life_time":4294967295}
]},
{"ifname":"eth1","flags":["NO-CARRIER","BROADCAST","MULTICAST","UP"],"mtu":1500,"operstate":"DOWN","addr_info":[
	{"family":"inet","local":"192.168.5.2","prefixlen":24,"scope":"global","label":"eth1","valid_life_time":4294967295,"preferred_life_time":4294967295}
]},
{"ifname":"hw0","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1500,"operstate":"UP","addr_info":[
	{"family":"inet","local":"10.86.0.2","prefixlen":24,"scope":"global","label":"hw0","valid_life_time":4294967295,"preferred_life_time":4294967295},
	{"family":"inet6","local":"fe80::e815:4dff:fee8:14a8","prefixlen":64,"scope":"link","valid_life_time":4294967295,"preferred_life_time":4294967295}
]}]`,
	"6.15": `[{"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"operstate":"UNKNOWN","addr_info":[
	{"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host","label":"lo","valid_life_time":4294967295,"preferred_life_time":4294967295},
	{"family":"inet6","local":"::1","prefixlen":128,"scope":"host","protocol":"kernel_lo","valid_life_time":4294967295,"preferred_life_time":4294967295}
]},
{"ifname":"eth0","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1500,"operstate":"UP","addr_info":[
	{"family":"inet","local":"192.168.178.20","prefixlen":24,"scope":"global","label":"eth0","valid_life_time":4294967295,"preferred_life_time":4294967295},
	{"family":"inet6","local":"2001:db8:1::7e","prefixlen":64,"scope":"global","tentative":true,"valid_life_time":4294967295,"preferred_life_time":4294967295},
	{"family":"inet6","local":"2001:db8:1::dd","prefixlen":64,"scope":"global","dadfailed":true,"tentative":true,"valid_life_time":4294967295,"preferred_life_time":4294967295},
	{"family":"inet6","local":"2001:db8:1:0:5d48:b444:7747:cc81","prefixlen":64,"scope":"global","temporary":true,"dynamic":true,"valid_life_time":7197,"preferred_life_time":2997},
	{"family":"inet6","local":"2001:db8:1:0:216:3eff:fe00:1","prefixlen":64,"scope":"global","dynamic":true,"mngtmpaddr":true,"valid_life_time":7197,"preferred_life_time":2997},
	{"family":"inet6","local":"fd12:3456:789a::20","prefixlen":64,"scope":"global","valid_life_time":4294967295,"preferred_life_time":4294967295},
	{"family":"inet6","local":"2001:db8:1::99","prefixlen":64,"scope":"global","deprecated":true,"dynamic":true,"valid_life_time":7197,"preferred_life_time":0},
	{"family":"inet6","local":"2001:db8:1::20","prefixlen":64,"scope":"global","dynamic":true,"valid_life_time":7197,"preferred_life_time":3597},
	{"family":"inet6","local":"fe80::940c:b1ff:fe12:4020","prefixlen":64,"scope":"link","protocol":"kernel_ll","valid_life_time":4294967295,"preferred_life_time":4294967295}
]},
{"ifname":"eth1","flags":["NO-CARRIER","BROADCAST","MULTICAST","UP"],"mtu":1500,"operstate":"DOWN","addr_info":[
	{"family":"inet","local":"192.168.5.2","prefixlen":24,"scope":"global","label":"eth1","valid_life_time":4294967295,"preferred_life_time":4294967295}
]},
{"ifname":"hw0","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1500,"operstate":"UP","addr_info":[
	{"family":"inet","local":"10.86.0.2","prefixlen":24,"scope":"global","label":"hw0","valid_life_time":4294967295,"preferred_life_time":4294967295},
	{"family":"inet6","local":"fe80::e858:96ff:fec0:e8e3","prefixlen":64,"scope":"link","protocol":"kernel_ll","valid_life_time":4294967295,"preferred_life_time":4294967295}
]}]`,
};

/** `ip -j -4 route show`, or its default routes. */
export const routes4 = {
	all: `[{"dst":"default","gateway":"192.168.178.1","dev":"eth0","metric":100,"flags":[]},
{"dst":"default","gateway":"192.168.5.1","dev":"eth1","metric":200,"flags":["linkdown"]},
{"type":"unreachable","dst":"default","metric":4278198272,"flags":[]},
{"type":"unreachable","dst":"10.77.0.0/16","flags":[]},
{"type":"blackhole","dst":"10.78.0.0/16","flags":[]},
{"dst":"10.86.0.0/24","dev":"hw0","protocol":"kernel","scope":"link","prefsrc":"10.86.0.2","flags":[]},
{"dst":"10.99.1.1","dev":"hw0","scope":"link","flags":[]},
{"dst":"172.16.0.0/16","gateway":"192.168.178.9","dev":"eth0","flags":[]},
{"dst":"192.168.5.0/24","dev":"eth1","protocol":"kernel","scope":"link","prefsrc":"192.168.5.2","flags":["linkdown"]},
{"dst":"192.168.178.0/24","dev":"eth0","protocol":"kernel","scope":"link","prefsrc":"192.168.178.20","flags":[]}]`,
	dark: `[{"dst":"default","gateway":"192.168.5.1","dev":"eth1","metric":200,"flags":["linkdown"]},
{"type":"unreachable","dst":"default","metric":4278198272,"flags":[]}]`,
	unreachable: `[{"type":"unreachable","dst":"default","metric":4278198272,"flags":[]}]`,
	multipath: `[{"dst":"default","flags":[],"nexthops":[{"gateway":"192.168.178.1","dev":"eth0","weight":1,"flags":[]},{"gateway":"192.168.5.1","dev":"eth1","weight":1,"flags":["linkdown"]}]},
{"type":"unreachable","dst":"default","metric":4278198272,"flags":[]}]`,
	darkMultipath: `[{"dst":"default","flags":["linkdown"],"nexthops":[{"gateway":"192.168.5.1","dev":"eth1","weight":1,"flags":["linkdown"]},{"gateway":"192.168.5.7","dev":"eth1","weight":1,"flags":["linkdown"]}]},
{"type":"unreachable","dst":"default","metric":4278198272,"flags":[]}]`,
	tunnel: `[{"dst":"default","dev":"hw0","scope":"link","flags":[]}]`,
};

/** `ip -j -6 route show`, or its default routes. */
export const routes6 = {
	all: `[{"dst":"2001:db8:1::/64","dev":"eth0","protocol":"kernel","metric":256,"flags":[],"pref":"medium"},
{"dst":"2001:db8:9::/48","gateway":"fe80::5","dev":"eth0","metric":1024,"flags":[],"pref":"medium"},
{"dst":"fd12:3456:789a::/64","dev":"eth0","protocol":"kernel","metric":256,"flags":[],"pref":"medium"},
{"type":"unreachable","dst":"fd12:3456:789a::/48","dev":"lo","metric":1024,"flags":[],"pref":"medium"},
{"dst":"fe80::/64","dev":"eth0","protocol":"kernel","metric":256,"flags":[],"pref":"medium"},
{"dst":"fe80::/64","dev":"hw0","protocol":"kernel","metric":256,"flags":[],"pref":"medium"},
{"dst":"default","gateway":"fe80::1","dev":"eth0","metric":1024,"flags":[],"pref":"medium"},
{"type":"unreachable","dst":"default","dev":"lo","metric":5000,"flags":[],"pref":"medium"}]`,
	unreachable: `[{"type":"unreachable","dst":"default","dev":"lo","metric":5000,"flags":[],"pref":"medium"}]`,
	multipath: `[{"dst":"default","metric":300,"flags":[],"pref":"medium","nexthops":[{"gateway":"fe80::1","dev":"eth0","weight":1,"flags":[]},{"gateway":"fe80::2","dev":"eth1","weight":1,"flags":["linkdown"]}]},
{"type":"unreachable","dst":"default","dev":"lo","metric":5000,"flags":[],"pref":"medium"}]`,
	tunnel: `[{"dst":"default","dev":"hw0","metric":1024,"flags":[],"pref":"medium"}]`,
};
