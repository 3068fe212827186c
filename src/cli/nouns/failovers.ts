import type { Command } from "commander";
import type { Failover } from "../../cluster/questions/failovers.ts";
import { contextOf } from "../context.ts";
import { print, type Row } from "../output.ts";
import { examples, timeText } from "../verb.ts";

export function register(noun: Command): void {
  noun
    .option("--group <group>", "those of one group")
    .action(failovers)
    .addHelpText("after", examples("failovers --group Exchange"));
}

async function failovers({ group }: { readonly group?: string }, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const document = await ask((client) => client.failovers(name, group));
  print(output, document, document.failovers.map(rowOf));
}

/** Each phase in milliseconds from the beginning. */
function rowOf({ group, from, to, because, phases }: Failover): Row {
  const { beganAt, detectedAt, decidedAt, releasedAt, onlineAt } = phases;
  const since = (at: number | null): number | null => (at === null || beganAt === null ? null : at - beganAt);
  return {
    began: beganAt === null ? null : timeText(beganAt),
    group,
    "from → to": `${from ?? "-"} → ${to ?? "-"}`,
    why: because,
    detected: since(detectedAt),
    decided: since(decidedAt),
    released: since(releasedAt),
    online: since(onlineAt),
  };
}
