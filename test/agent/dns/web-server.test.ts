import { expect, test } from "vitest";
import { webServerLines, webServers } from "../../../agent/dns/web-server.ts";

test.each(webServers)(
	"%s is told where both files for mail programs lie, and how to answer Outlook",
	(server) => {
		const text = webServerLines(server, "example.org");
		for (const path of ["mail/config-v1.1.xml", "autodiscover/autodiscover.xml"])
			expect(text).toContain(`>/var/www/autoconfig/example.org/${path}\n`);
		expect(text).toContain("heimweg dns autoconfig example.org --outlook >");
		expect(text).toContain("autoconfig.example.org");
		expect(text).toContain("dns.mail.autoconfig");
		const answersPost = { nginx: "error_page 405 =200 $uri", apache: "Alias", caddy: "method GET" };
		expect(text).toContain(answersPost[server]);
	},
);
