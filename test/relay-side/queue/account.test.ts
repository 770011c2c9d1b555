import { expect, test } from "vitest";
import { isOverdue, newAccount, takeStock, waitingMail } from "../../../relay-side/queue/account.ts";

const at = (seconds: number) => new Date(1_900_000_000_000 + seconds * 1_000);
const mail = { id: "A1", queue: "active" as const, arrived: at(0).getTime() / 1_000, reason: undefined };

test("a mail that was on its way at the last look does not grow old as a waiting one after its delivery", () => {
	const account = newAccount();
	takeStock(account, [mail], at(2));
	expect(waitingMail(account, at(2))).toBeUndefined();
	expect(waitingMail(account, at(600)), "nobody has looked since").toBeUndefined();
	expect([isOverdue(account, at(5)), isOverdue(account, at(600))], "so a look is due").toEqual([false, true]);
	takeStock(account, [], at(601));
	expect([waitingMail(account, at(602)), isOverdue(account, at(602))]).toEqual([undefined, false]);
});

test("a mail that is on its way for long waits, from the look that found it", () => {
	const account = newAccount();
	takeStock(account, [mail], at(12));
	expect(waitingMail(account, at(20))).toMatchObject({ mails: 1, since: at(12).toISOString() });
	expect(isOverdue(account, at(20))).toBe(false);
});
