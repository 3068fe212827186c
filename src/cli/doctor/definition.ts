import type { ClusterDefinition } from "../../cluster/definition/definition.ts";
import { parseDefinition } from "../../protocol/definition.ts";
import { check, type Check } from "./check.ts";
import { askedWithinMs, clientFor } from "./control-plane.ts";
import { findProgram, type HostFacts, inPlace } from "./facts.ts";
import {
  addressesFor,
  judgeAddresses,
  judgeDefinition,
  judgeDisks,
  judgeLease,
  judgeMounts,
  judgeNdptool,
  judgeServices,
  type WantedAddress,
} from "./judge/definition.ts";
import type { DoctorPlace } from "./place.ts";

/** What the cluster asks of this host, read from its definition. */
export type DefinitionChecks = {
  readonly checks: readonly Check[];
  /** Null until it has been read. */
  readonly definition: () => ClusterDefinition | null;
};

/** @param reader a token that may read the definition; null: the node's own is tried */
export function definitionChecks(facts: HostFacts, place: () => DoctorPlace, reader: string | null): DefinitionChecks {
  let read: ClusterDefinition | null = null;
  const needs = ["definition"];
  /** Called when there is one. */
  const definition = (): ClusterDefinition => {
    if (read === null) throw new Error("a check was made before the one that it stands on");
    return read;
  };
  const wanted = (): WantedAddress[] => addressesFor(definition(), place().node);

  async function ask() {
    const answer = await clientFor(place(), reader).getDefinition(place().cluster);
    if (!answer.ok) return answer;
    const parsed = parseDefinition(answer.value);
    if (parsed.ok) read = parsed.definition;
    return parsed;
  }

  const checks = [
    check({
      code: "definition",
      subject: "definition",
      needs: [reader === null ? "token" : "reach"],
      withinMs: askedWithinMs,
      gather: ask,
      judge: (answer) => judgeDefinition(place().node, answer, reader === null),
    }),
    check({
      code: "lease",
      subject: "lease",
      needs,
      gather: facts.filter,
      judge: (filter) => judgeLease(definition().lease.ttlMs, wanted(), filter),
    }),
    check({
      code: "addresses",
      subject: "addresses",
      needs,
      gather: async () => {
        const { why, present } = await facts.ip();
        return { wanted: wanted(), whyNoIp: why, present, whose: await facts.whose() };
      },
      judge: judgeAddresses,
    }),
    check({
      code: "ndptool",
      subject: "ndptool",
      needs,
      gather: () => findProgram("ndptool"),
      judge: (found) => judgeNdptool(wanted(), found),
    }),
    check({
      code: "disks",
      subject: "disks",
      needs,
      gather: definition,
      judge: (of) => judgeDisks(of, place().node),
    }),
    check({
      code: "mounts",
      subject: "mounts",
      needs,
      gather: facts.whose,
      judge: (whose) =>
        judgeMounts(definition(), place().node, { whose, sgPersist: findProgram("sg_persist"), inPlace }),
    }),
    check({
      code: "services",
      subject: "services",
      needs,
      gather: facts.hasSystemd,
      judge: (has) => judgeServices(definition(), place().node, has),
    }),
  ];
  return { checks, definition: () => read };
}
