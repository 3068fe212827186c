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
  judgeTypes,
  type WantedAddress,
} from "./judge/definition.ts";
import { skipped } from "./outcome.ts";
import { configCheck, type DoctorPlace } from "./place.ts";
import type { Reader } from "./reader.ts";

/** What the cluster asks of this host, read from its definition. */
export type DefinitionChecks = {
  readonly checks: readonly Check[];
  /** Null until it has been read. */
  readonly definition: () => ClusterDefinition | null;
};

/** @param reader who may read the definition; `none`: the node's own token is tried */
export function definitionChecks(facts: HostFacts, place: () => DoctorPlace, reader: Reader): DefinitionChecks {
  let read: ClusterDefinition | null = null;
  const needs = ["definition"];
  /** Called when there is one. */
  const definition = (): ClusterDefinition => {
    if (read === null) throw new Error("a check was made before the one that it stands on");
    return read;
  };
  const wanted = (): WantedAddress[] => addressesFor(definition(), place().node);

  async function ask(token: string | null) {
    const answer = await clientFor(place(), token).getDefinition(place().cluster);
    if (!answer.ok) return answer;
    const parsed = parseDefinition(answer.value);
    if (parsed.ok) read = parsed.definition;
    return parsed;
  }

  function reading(): Check {
    const parts = { code: "definition", subject: "definition" };
    if (reader.kind === "unreadable") {
      // The node's own is not tried instead: it may not read the definition, and its refusal would be told in place of the reason.
      const judge = () =>
        skipped(
          `it takes a reader's token, and ${reader.why}`,
          "run bridgehead doctor as who may read that file, or name another one with --token-file",
        );
      return check({ ...parts, needs: [configCheck], gather: () => reader, judge });
    }
    const token = reader.kind === "token" ? reader.token : null;
    return check({
      ...parts,
      needs: [token === null ? "token" : "reach"],
      withinMs: askedWithinMs,
      gather: () => ask(token),
      judge: (answer) => judgeDefinition(place().node, answer, token === null),
    });
  }

  const checks = [
    reading(),
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
    check({
      code: "resource-types",
      subject: "resource types",
      needs,
      gather: place,
      judge: ({ node, resourceTypes }) => judgeTypes(definition(), node, resourceTypes),
    }),
  ];
  return { checks, definition: () => read };
}
