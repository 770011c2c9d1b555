import { autoconfigPath, autodiscoverPath } from "../../shared/dns/wanted/autoconfig.ts";

/** Web servers whose lines are known. */
export const webServers = ["nginx", "apache", "caddy"] as const;
export type WebServer = (typeof webServers)[number];

/** Where the files of a domain lie. */
const folderOf = (domain: string) => `/var/www/autoconfig/${domain}`;

/**
 * What puts both files where a web server finds them, and the lines that have it serve them. Outlook asks with POST, for
 * which most servers have no answer in a file.
 */
export function webServerLines(server: WebServer, domain: string): string {
	const folder = folderOf(domain);
	const files = [
		[autoconfigPath, `${folder}${autoconfigPath}`, ""],
		[autodiscoverPath, `${folder}${autodiscoverPath}`, " --outlook"],
	] as const;
	const written = files.map(
		([, file, option]) =>
			`mkdir -p ${file.slice(0, file.lastIndexOf("/"))} && heimweg dns autoconfig ${domain}${option} >${file}`,
	);
	const comment = (text: string) => `# ${text}`;
	return [
		comment("run as root, and again when what is offered changes:"),
		...written,
		"",
		...lines[server](domain, folder),
		"",
	].join("\n");
}

/** Outlook asks the very host, by HTTPS alone. */
const outlook =
	"for Outlook the marked line, and its file, belong into the HTTPS site of the host in dns.mail.autoconfig";

const lines: Record<WebServer, (domain: string, folder: string) => string[]> = {
	nginx: (domain, folder) => [
		`# /etc/nginx/conf.d/autoconfig-${domain}.conf`,
		`# ${outlook}`,
		"server {",
		"\tlisten 80;",
		"\tlisten [::]:80;",
		`\tserver_name autoconfig.${domain};`,
		`\troot ${folder};`,
		`\tlocation = ${autodiscoverPath} { root ${folder}; error_page 405 =200 $uri; } # marked`,
		"}",
	],
	apache: (domain, folder) => [
		`# /etc/apache2/sites-enabled/autoconfig-${domain}.conf`,
		`# ${outlook}`,
		"<VirtualHost *:80>",
		`\tServerName autoconfig.${domain}`,
		`\tDocumentRoot ${folder}`,
		"\t# marked",
		`\tAlias ${autodiscoverPath} ${folder}${autodiscoverPath}`,
		`\t<Directory ${folder}>`,
		"\t\tRequire all granted",
		"\t</Directory>",
		"</VirtualHost>",
	],
	caddy: (domain, folder) => [
		"# /etc/caddy/Caddyfile",
		`# ${outlook}`,
		`http://autoconfig.${domain} {`,
		`\troot * ${folder}`,
		"\tfile_server",
		"\t# marked",
		`\thandle ${autodiscoverPath} {`,
		"\t\tmethod GET",
		`\t\troot * ${folder}`,
		"\t\tfile_server",
		"\t}",
		"}",
	],
};
