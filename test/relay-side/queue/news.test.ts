import { expect, test } from "vitest";
import { waitingNews } from "../../../relay-side/queue/news.ts";

test("that mail begins or ends to wait for a home is news to it, once, and to no other", () => {
	const renewed: string[] = [];
	const tell = waitingNews((home) => renewed.push(home));
	tell(new Set(["anna"]));
	tell(new Set(["anna"]));
	expect(renewed).toEqual(["anna"]);
	tell(new Set(["anna", "bert"]));
	tell(new Set(["bert"]));
	expect(renewed).toEqual(["anna", "bert", "anna"]);
});
