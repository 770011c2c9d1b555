import { createHash } from "node:crypto";

/**
 * One word a byte: common things, three to eight letters, no two with the same first four. The order is part of what
 * both sides show of a key and never changes.
 */
export const words: readonly string[] = `
acorn anchor apple april apron arrow aspen autumn badge bagel baker bamboo banjo barley basil basket
beacon beaver bench berry birch bishop blanket border bottle branch bread bridge bronze brush bucket
butter cabin cactus camel candle canoe canyon carpet carrot castle cedar cello chalk cherry chess
chimney circle citrus clover cobalt coffee comet copper coral corner cotton cradle crane cricket crystal
curtain dagger daisy dancer desert diamond dinner dolphin donkey dragon drawer drum eagle easel echo
eleven ember engine evening fabric falcon feather fennel ferry fiddle field finger flame flute forest
fossil fountain fox friday frost galaxy garden garlic gate ginger glacier glass goblet granite grape
gravel guitar hammer harbor harvest hazel helmet heron hockey honey horizon hornet husky iceberg indigo
insect island ivory jacket jaguar jasmine jelly jewel jigsaw july jungle kettle kitchen kitten ladder
lagoon lantern laurel lemon leopard lettuce library lily linen lion lobster locket lotus magnet mango
maple marble market meadow melon mercury mirror monday monkey moss mountain museum mustard napkin nectar
needle nickel noodle north nutmeg oasis ocean october olive onion orange orbit orchid otter oyster
paddle palace panda paper parrot pasture peach pearl pebble pencil pepper piano pillow pilot pirate
planet plum pocket polar pond poppy potato prairie pumpkin puzzle quail quartz rabbit raccoon radio rain
raven ribbon river robin rocket rooster saddle saffron salmon sandal saturn scarf shadow shelter silver
spider spoon spruce sugar summer sunset swan teapot temple thunder tiger timber tomato trumpet tulip
tunnel turtle umbrella valley vanilla velvet violin walnut water whale willow window winter zebra
`
	.trim()
	.split(/\s+/);

/** How many words stand for a key. */
const shown = 6;

/**
 * Six words for a public key, for two people, or one at two screens, to compare. They tell a stranger's key from one's own
 * at a glance; they are no proof against somebody who made a key to fit them, and decide nothing.
 */
export function wordsOf(publicKey: string): string {
	const hash = createHash("sha256").update(Buffer.from(publicKey, "base64")).digest();
	return [...hash.subarray(0, shown)].map((byte) => words[byte]).join(" ");
}
