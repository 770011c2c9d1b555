import { runProgram } from "../shared/program-cli.ts";
import { spareMemory } from "../shared/spare-memory.ts";
import { relay } from "./relay.ts";

// It may have ten thousand homes.
spareMemory({ littleToDo: false });
void runProgram(relay);
