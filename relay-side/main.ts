import { setFlagsFromString } from "node:v8";
import { runProgram } from "../shared/program-cli.ts";
import { relay } from "./relay.ts";

// V8 lets the heap grow to several times of what lives before it looks for what does not; ten thousand homes live in
// 110 MB, and their start and each look at all of their domains would make 400 of it. A third more costs no CPU to speak of.
setFlagsFromString("--heap-growing-percent=33");

await runProgram(relay);
