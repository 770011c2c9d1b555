import { expect, test } from "vitest";
import { caaAccounts, caaAllows } from "../../../shared/doctor/caa.ts";

const ours = ["letsencrypt.org"];
const account = "https://acme-v02.api.letsencrypt.org/acme/acct/1234";
const bound = `0 issue "letsencrypt.org; validationmethods=dns-01; accounturi=${account}"`;

test("a CAA record lets an authority issue by its name, whatever its parameters and letters", () => {
	for (const record of ['0 issue "letsencrypt.org"', '0 ISSUE "LetsEncrypt.org ; x=y"', bound])
		expect(caaAllows([record], ours), record).toBe(true);
	for (const record of ['0 issue "pki.goog"', '0 issue ";"', '0 issue ""'])
		expect(caaAllows([record], ours), record).toBe(false);
	expect(caaAllows(['0 iodef "mailto:a@example.org"'], ours)).toBe(true);
});

test("an authority that may issue for one account alone is told from one that may for everybody", () => {
	expect(caaAccounts([bound, '0 issue "pki.goog"'], ours)).toEqual([account]);
	expect(caaAccounts([bound, '0 issue "letsencrypt.org"'], ours)).toEqual([]);
	expect(caaAccounts(['0 issue "pki.goog"'], ours)).toEqual([]);
});
