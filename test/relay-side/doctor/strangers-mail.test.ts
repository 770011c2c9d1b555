import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { createStrangersMail } from "../../../relay-side/doctor/strangers-mail.ts";
import type { Address } from "../../../shared/address.ts";
import type { Mail } from "../../../shared/smtp.ts";
import { DAY, HOUR, MINUTE } from "../../../shared/time.ts";
import { homeOf } from "../homes/examples.ts";

const anna = homeOf("anna", 2, { domains: ["example.org"] });
const id = (nth: number) => nth.toString(16).padStart(24, "0");

function relay({ listed }: { listed?: readonly string[] } = {}) {
	const sent: Mail[] = [];
	let at = 0;
	let refuses: string | undefined;
	const one = createStrangersMail({
		place: async () => ({
			name: "relay.example.net",
			addresses: ["192.0.2.10", "2001:db8::10"] as Address[],
		}),
		async send(mail) {
			sent.push(mail);
			if (refuses) throw new Error(refuses);
			return "250 Ok";
		},
		isListed: (_, recipient) => listed?.includes(recipient),
		now: () => at,
	});
	return {
		...{ one, sent },
		wait: (milliseconds: number) => {
			at += milliseconds;
		},
		refuse: (words: string) => {
			refuses = words;
		},
	};
}

test("a home gets a mail by the relay's own public port 25, from nobody, that says always the same", async () => {
	const { one, sent } = relay({ listed: ["anna@example.org"] });
	expect(one.answer(anna, { id: id(1), to: "Anna@Example.org" })).toEqual({ id: id(1) });
	await turn();
	expect(one.answer(anna, { id: id(1), to: "Anna@Example.org" })).toEqual({ id: id(1), sent: true });
	expect(sent).toMatchObject([
		{ server: "192.0.2.10", helo: "relay.example.net", from: "", to: "anna@example.org" },
	]);
	expect(sent[0]!.text).toContain(`Message-ID: <${id(1)}@heimweg.invalid>\n`);
	expect(sent[0]!.text).toContain("From: Heimweg <postmaster@relay.example.net>\n");
});

test("whatever a home says, the mail goes to nobody but its own valid recipients", async () => {
	const { one, sent } = relay({ listed: ["anna@example.org"] });
	for (const to of [
		...["victim@elsewhere.test", "bert@example.org", "@example.org", "anna@sub.example.org", "anna", ""],
		...["anna%elsewhere.test@relay.example.net", '"victim@elsewhere.test"@example.org', "a b@example.org"],
		...[
			"anna@example.org> NOTIFY=x",
			"anna@example.org\r\nRCPT TO:<victim@elsewhere.test>",
			"a@b@example.org",
		],
	])
		expect(one.answer(anna, { id: id(1), to }), to).toEqual({ id: id(1), failed: expect.any(String) });
	await turn();
	expect(sent).toEqual([]);
});

test("while a home has told no list everybody of its domains counts, and postmaster@ always does", async () => {
	expect(relay().one.answer(anna, { id: id(1), to: "bert@example.org" }).failed).toBeUndefined();
	const { one } = relay({ listed: [] });
	expect(one.answer(anna, { id: id(1), to: "postmaster@example.org" }).failed).toBeUndefined();
});

test("a home gets one a minute and twelve a day, and all homes together thirty an hour", async () => {
	const { one, sent, wait } = relay();
	let nth = 0;
	const ask = async (home = anna, to = "anna@example.org") => {
		const answer = one.answer(home, { id: id(++nth), to });
		await turn();
		return answer.failed;
	};
	expect(await ask()).toBeUndefined();
	expect(await ask()).toContain("less than a minute ago");
	for (let minute = 1; minute < 24 * 60; minute++) {
		wait(MINUTE);
		await ask();
	}
	expect(sent).toHaveLength(12);
	wait(DAY);
	for (let home = 0; home < 100; home++) {
		const domain = `d${home}.example`;
		await ask(homeOf(`h${home}`, home + 5, { domains: [domain] }), `x@${domain}`);
	}
	expect(sent).toHaveLength(12 + 30);
	wait(HOUR);
	expect(await ask()).toBeUndefined();
});

test("a mail that is asked for again and again by one number is sent once, and why it was not is told", async () => {
	const { one, sent, refuse, wait } = relay();
	refuse("192.0.2.10 said: 450 4.3.2 Service currently unavailable");
	for (let times = 0; times < 20; times++) {
		one.answer(anna, { id: id(1), to: "anna@example.org" });
		await turn();
	}
	expect(one.answer(anna, { id: id(1), to: "anna@example.org" })).toEqual({
		...{ id: id(1), failed: "192.0.2.10 said: 450 4.3.2 Service currently unavailable" },
	});
	expect(sent).toHaveLength(1);
	one.keep(new Map());
	wait(MINUTE);
	expect(one.answer(anna, { id: id(1), to: "anna@example.org" })).toEqual({ id: id(1) });
});
