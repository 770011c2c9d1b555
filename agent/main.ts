import { runProgram } from "../shared/program-cli.ts";
import { spareMemory } from "../shared/spare-memory.ts";
import { agent } from "./agent.ts";

spareMemory({ littleToDo: true });
void runProgram(agent);
