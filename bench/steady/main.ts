import { definitionWith } from "../../test/simulation/definition.ts";
import { restForAnHour } from "./hour.ts";
for (const ttlMs of [2_000, 10_000, 30_000]) {
  const d = {
    ...definitionWith({ ttlMs, drainMs: 0, apart: false, onControlPlaneLoss: "drop" }),
    lease: { ttlMs, renewMs: Math.min(5000, ttlMs / 4) },
  };
  console.log(ttlMs, restForAnHour(d));
}
