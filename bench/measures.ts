import type { Measure } from "./measure.ts";
import { brain } from "./measures/brain.ts";
import { start } from "./measures/start.ts";
import { verdictHttp } from "./measures/verdict-http.ts";
import { verdictLocal } from "./measures/verdict-local.ts";
import { verdictParts } from "./measures/verdict-parts.ts";

/** Every measurement there is, in the order of docs/performance.md. */
export const measures: readonly Measure[] = [verdictHttp, verdictParts, verdictLocal, brain, start];
