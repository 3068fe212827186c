import { lacks } from "../../../agent/linux/lacks.ts";
import { failed, ok, type Outcome, skipped, warning } from "../outcome.ts";

/** What came of asking at a unix socket. `silent`: it was reached, and did not answer. */
export type SocketAnswer = "answers" | "silent" | "nobody" | "forbidden";

/** @param isOwn it is a service of its own, and not a child of the agent, which starts that with its first address */
export function judgeGuard(path: string, answer: SocketAnswer, isOwn: boolean): Outcome {
  switch (answer) {
    case "answers":
    case "silent":
      return ok(`a guard listens at ${path}`);
    case "forbidden":
      return mayNotAsk(path);
    case "nobody":
      if (isOwn) return warning(lacks.guard(`no guard answers at ${path}`));
      return ok(
        "the agent starts a guard with its first address. Where systemd runs the agent, that ends with it: then set guardSocket, as " +
          "bridgehead agent install does",
      );
  }
}

export function judgeAgentSocket(path: string, answer: SocketAnswer): Outcome {
  switch (answer) {
    case "answers":
      return ok(`the agent answers at ${path}`);
    case "silent":
      return failed({
        what: `somebody listens at ${path}, and does not answer`,
        cost: "mailers get no answer, and what the agent holds is taken away from it",
        remedy: "see the agent's log: journalctl -u bridgehead-agent",
      });
    case "forbidden":
      return mayNotAsk(path);
    case "nobody":
      return warning({
        what: `no agent answers at ${path}`,
        cost: "this node takes over nothing, and mailers that ask there have no answer, and wait",
        remedy: "start it; under systemd: systemctl start bridgehead-agent",
      });
  }
}

/** A socket as it lies in its folder. */
export type SocketPlace =
  | { readonly kind: "there"; readonly group: number; readonly mode: number }
  | { readonly kind: "absent" }
  | { readonly kind: "forbidden" };

const groupReadsAndWrites = 0o060;

/**
 * SPEC LS6. @param group as `socketGroup` names it
 * @param id its number; null: this host has none of that name
 */
export function judgeSocketGroup(
  group: string,
  id: number | null,
  sockets: readonly { readonly path: string; readonly found: SocketPlace }[],
): Outcome {
  if (id === null) {
    return failed({
      what: `this host has no group ${group}, which socketGroup names`,
      cost: "the agent does not start",
      remedy: `make it: groupadd --system ${group}`,
    });
  }
  for (const { path, found } of sockets) {
    if (found.kind === "forbidden") return mayNotAsk(path);
    if (found.kind === "absent") continue;
    if (found.group === id && (found.mode & groupReadsAndWrites) === groupReadsAndWrites) continue;
    return failed({
      what: `${path} is not open to group ${group} (${id}): it is of group ${found.group}, mode ${(found.mode & 0o777).toString(8)}`,
      cost: "mailers that are in that group may not ask, and their mail waits",
      remedy: "restart the agent, which makes its sockets anew: it reads its configuration when it starts",
    });
  }
  const there = sockets.filter(({ found }) => found.kind === "there").map(({ path }) => path);
  return ok(
    there.length === 0
      ? `group ${group} is there; the agent makes its sockets when it starts`
      : `group ${group} may ask at ${there.join(" and ")}`,
  );
}

function mayNotAsk(path: string): Outcome {
  return skipped(`this user may not ask at ${path}`, "run bridgehead doctor as root, or as the agent's user");
}
