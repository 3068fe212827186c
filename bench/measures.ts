import type { Measure } from "./measure.ts";
import { brain } from "./measures/brain.ts";
import { failover } from "./measures/failover.ts";
import { scale } from "./measures/scale.ts";
import { start } from "./measures/start.ts";
import { steady } from "./measures/steady.ts";
import { verdictHttp } from "./measures/verdict-http.ts";
import { verdictLocal } from "./measures/verdict-local.ts";
import { verdictPauses } from "./measures/verdict-pauses.ts";
import { verdictParts } from "./measures/verdict-parts.ts";

/** Every measurement there is, in the order of docs/performance.md. */
export const measures: readonly Measure[] = [
  verdictHttp,
  verdictParts,
  verdictPauses,
  verdictLocal,
  failover,
  steady,
  scale,
  brain,
  start,
];
