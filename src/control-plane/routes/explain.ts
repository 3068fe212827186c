import { explanationSchema } from "../../protocol/explain.ts";
import { simulateInTurns, type Simulated } from "../../cluster/simulate/simulate.ts";
import { simulationRequestSchema, simulationSchema } from "../../protocol/simulate.ts";
import { protocolLimits } from "../../protocol/limits.ts";
import { Places } from "../places.ts";
import { answer, notDefined, refuse } from "../respond.ts";
import { body, readers, route, type Route } from "../route.ts";
import { thereIsNo } from "./absent.ts";
import { fromSnapshot } from "./snapshot.ts";

const places = new Places(protocolLimits.simulations, protocolLimits.simulationMs);

/** Questions about what the cluster decides. None of them changes anything. */
export const explainRoutes: readonly Route[] = [
  route(
    {
      id: "explainGroup",
      method: "GET",
      path: "/clusters/{cluster}/groups/{group}/explain",
      summary: "Why a group is where it is, why it is on no other node, what it waits for, and what happens by itself",
      roles: readers,
      answers: { 200: { what: "Each answer with the rule that it follows from", schema: explanationSchema } },
      problems: ["group-not-found"],
    },
    async ({ params, cluster }) => {
      const explanation = await cluster().explain(params.group);
      if (explanation === "not-defined") return notDefined();
      if (explanation !== null) return answer(200, explanation);
      return fromSnapshot(await cluster().snapshot(), ({ definition }) =>
        refuse("group-not-found", thereIsNo(definition, { kind: "group", name: params.group })),
      );
    },
  ),
  route(
    {
      id: "simulate",
      method: "POST",
      path: "/clusters/{cluster}/simulate",
      summary:
        "What would happen if: the cluster's own rules on its present state, with agents that are well. It changes nothing",
      roles: readers,
      body: body(simulationRequestSchema),
      answers: { 200: { what: "What the journal would tell, and what would be different", schema: simulationSchema } },
      problems: ["cluster-not-defined", "simulation-too-large", "rate-limited"],
    },
    async ({ body: { script }, cluster }) => {
      const leave = places.take(Date.now());
      if (leave === null) {
        const headers = { "Retry-After": "1" };
        return refuse("rate-limited", "as many simulations are under way as may be at a time", { headers });
      }
      // Here and not in the object: it would keep the agents' renewals waiting.
      try {
        const present = await cluster().present();
        if (present === null) return notDefined();
        const simulated = await taken(simulateInTurns(present.state, script, present.now));
        return simulated.ok
          ? answer(200, simulated.value)
          : refuse(simulated.code, "ask for less time, or for fewer things at once");
      } finally {
        leave();
      }
    },
  ),
];

/** In turns: on plain workerd the objects, and so the renewals of all agents, share this thread. */
async function taken(running: Generator<void, Simulated>): Promise<Simulated> {
  for (;;) {
    const turn = running.next();
    if (turn.done === true) return turn.value;
    await scheduler.wait(0);
  }
}
