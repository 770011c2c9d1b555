import { describe, expect, it } from "vitest";
import { credentialsIn } from "../../shared/inspection.ts";

describe("credentialsIn", () => {
	it("finds the files that a unit and its drop-ins pass", () => {
		const text = `# /etc/systemd/system/heimweg.service
[Service]
LoadCredential=old:/root/old
#LoadCredential=comment:/root/comment
# /etc/systemd/system/heimweg.service.d/token.conf
[Service]
LoadCredential=
LoadCredential=desec.token:/root/desec.token
LoadCredential = key:/root/a key
`;
		expect([...credentialsIn(text)]).toEqual([
			["desec.token", "/root/desec.token"],
			["key", "/root/a key"],
		]);
	});
});
