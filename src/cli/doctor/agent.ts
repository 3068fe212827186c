import { readFileSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { MemoryError, readMemory } from "../../agent/memory.ts";
import { readRemains } from "../../agent/remains.ts";
import { CliError, codeOf } from "../errors.ts";
import { groupId } from "../local/group-id.ts";
import { isToken } from "../secret-file.ts";
import { check, type Check } from "./check.ts";
import { askSocket, type HostFacts, inodeOf, isForbidden, socketAt } from "./facts.ts";
import { judgeAgentSocket, judgeGuard, judgeSocketGroup } from "./judge/fences.ts";
import {
  judgeMemory,
  judgeStateDisk,
  judgeStateFolder,
  judgeTokenFile,
  type MemoryFault,
  type TokenText,
} from "./judge/state.ts";
import { configCheck, type DoctorPlace } from "./place.ts";

/** What an agent has on its host: its own process, its guard, its folder and its token. @param place called when there is a configuration */
export function agentChecks(facts: HostFacts, place: () => DoctorPlace): Check[] {
  const needs = [configCheck];
  return [
    check({
      code: "agent",
      subject: "agent",
      needs,
      gather: async (signal) => {
        const { socket } = place();
        return { socket, answer: await askSocket(socket, "source-address doctor\n", signal) };
      },
      judge: ({ socket, answer }) => judgeAgentSocket(socket, answer),
    }),
    check({
      code: "socket-group",
      subject: "socketGroup",
      needs,
      gather: place,
      judge: ({ socketGroup, socket, socketmap }) => {
        if (socketGroup === null) return null;
        const paths = socketmap === null ? [socket] : [socket, socketmap];
        return judgeSocketGroup(
          socketGroup,
          idOf(socketGroup),
          paths.map((path) => ({ path, found: socketAt(path) })),
        );
      },
    }),
    check({
      code: "guard",
      subject: "guard",
      needs,
      gather: async (signal) => {
        const { guard } = place();
        return { guard, answer: await askSocket(guard.path, null, signal) };
      },
      judge: ({ guard: { path, isOwn }, answer }) => judgeGuard(path, answer, isOwn),
    }),
    check({
      code: "state-folder",
      subject: "state folder",
      needs,
      gather: async () => {
        const agent = await facts.agent();
        return { found: inodeOf(place().state), user: agent?.uid ?? null };
      },
      judge: ({ found, user }) => judgeStateFolder(place().state, found, user),
    }),
    check({
      code: "state-disk",
      subject: "state's disk",
      needs: ["state-folder"],
      gather: () => statfsSync(place().state).type,
      judge: (type) => judgeStateDisk(place().state, type),
    }),
    check({
      code: "memory",
      subject: "memory",
      needs: ["state-folder"],
      gather: () => faultsOfMemory(place()),
      judge: judgeMemory,
    }),
    check({
      code: "token-file",
      subject: "token's file",
      needs,
      gather: () => {
        const { tokenFile: path } = place();
        return { path, found: inodeOf(path ?? ""), text: path === null ? null : textOf(path) };
      },
      judge: ({ path, found, text }) => judgeTokenFile(path, found, text),
    }),
  ];
}

/** Null: this host has no such group. */
function idOf(group: string): number | null {
  try {
    return groupId(group);
  } catch (error) {
    if (error instanceof CliError) return null;
    throw error;
  }
}

/** Both files, for the agent starts with neither of them damaged. */
function faultsOfMemory({ state, cluster, node }: DoctorPlace): MemoryFault[] {
  const reads = [
    { file: join(state, "seen.json"), read: (file: string) => readMemory(file, { cluster, node }) },
    { file: join(state, "remains.json"), read: (file: string) => readRemains(file) },
  ];
  return reads.flatMap(({ file, read }) => {
    try {
      read(file);
      return [];
    } catch (error) {
      if (error instanceof MemoryError) return [faultOfMemory(file, error)];
      throw error;
    }
  });
}

/** What the agent would say of a file that it may not read is said of the agent: here it may be somebody else who may not. */
export function faultOfMemory(file: string, error: MemoryError): MemoryFault {
  return isForbidden(error.cause) ? { kind: "forbidden", file } : { kind: "faulty", why: error.message };
}

/** What stands in a token's file; null: it cannot be read. What it is, is not said. */
function textOf(path: string): TokenText | null {
  try {
    const text = readFileSync(path, "utf8").trim();
    return text === "" ? "empty" : isToken(text) ? "one-token" : "no-token";
  } catch (error) {
    return codeOf(error) === "ENOENT" ? "no-token" : null;
  }
}
