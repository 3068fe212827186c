import { leasePresets, type LeaseTerms } from "../../../cluster/lease/lease.ts";
import type { Result } from "../../../client/result.ts";
import type { NodeStateAnswer, Self } from "../../../protocol/objects.ts";
import { sessionProtocol } from "../../../protocol/session-version.ts";
import { failed, ok, type Outcome, skipped, warning } from "../outcome.ts";
import type { Reach } from "../reach.ts";

/** Whether the token is sent as clear text. @param isLoopback it leaves this host at no time */
export function judgeTransport(url: string, isLoopback: boolean): Outcome {
  if (url.startsWith("https:")) return ok(`${url} is asked over TLS`);
  if (isLoopback) return ok(`${url} is on this host: nothing of it leaves the host`);
  return warning({
    what: `${url} is asked in clear text`,
    cost: "who listens on the way reads this node's token, and can join as this node with it",
    remedy:
      "give the control plane TLS (bridgehead serve --tls-cert FILE --tls-key FILE), and the agent its https address",
  });
}

/** @param shared addresses that the control plane's name and this host have in common; loopback is one */
export function judgeColocation(host: string, shared: readonly string[]): Outcome {
  const [first] = shared;
  if (first === undefined) return ok(`${host} is another host`);
  return warning({
    what: `the control plane runs on this host (${first})`,
    cost: "it dies with this host, and then nobody is left to let another node take over",
    remedy: "run it on a third machine, or at the edge (npm run deploy)",
  });
}

/** A control plane understands the version before its own, and an agent no other than its own. */
function judgeSessionProtocol(url: string, { version, protocol }: Extract<Reach, { kind: "answers" }>): Outcome {
  if (protocol === sessionProtocol) return ok(`${url} answers: bridgehead ${version}`);
  const what = `${url} speaks version ${protocol} of the session, and this agent version ${sessionProtocol}`;
  if (protocol < sessionProtocol) return failed({ what, cost: cannotJoin, remedy: "update the control plane first" });
  if (protocol > sessionProtocol + 1) return failed({ what, cost: cannotJoin, remedy: "update this agent" });
  return warning({
    what,
    cost: "it works; under the control plane's next version it will not",
    remedy: "update this agent",
  });
}

const cannotJoin = "the agent cannot join, and what it holds ends with its lease";

export function judgeReach(url: string, reach: Reach): Outcome {
  switch (reach.kind) {
    case "answers":
      return judgeSessionProtocol(url, reach);
    case "other":
      return failed({
        what: `something answers at ${url}, but not as a bridgehead control plane does (status ${reach.status})`,
        cost: cannotJoin,
        remedy: "is the address right? A proxy before it has to pass /v1 on",
      });
    case "tls":
      return failed({
        what: `the certificate of ${url} is not accepted (${reach.why})`,
        cost: cannotJoin,
        remedy: "renew it, or give the agent the authority that has signed it: NODE_EXTRA_CA_CERTS=FILE",
      });
    case "nobody":
      return failed({
        what: `${url} cannot be reached (${reach.why})`,
        cost: cannotJoin,
        remedy: "is it running (bridgehead serve)? Is the way to it open, and url right?",
      });
  }
}

/** What is usual between hosts that have a time server. */
const mostApartMs = 5_000;

/** @param apartMs how much later this host's wall clock is than the control plane's; null: that does not say */
export function judgeWallClock(apartMs: number | null): Outcome | null {
  if (apartMs === null) return null;
  const seconds = Math.round(Math.abs(apartMs) / 1_000);
  if (Math.abs(apartMs) <= mostApartMs)
    return ok("this host's wall clock and the control plane's agree, to some seconds");
  return warning({
    what: `this host's wall clock is ${seconds} s ${apartMs > 0 ? "ahead of" : "behind"} the control plane's`,
    cost: "no lease depends on it; certificates do, and who reads the logs of both",
    remedy: "run a time server's client, such as chrony",
  });
}

/** Whom the token is for, compared with whom the configuration is for. */
export function judgeToken(
  { cluster, node }: Readonly<Record<"cluster" | "node", string>>,
  self: Result<Self>,
): Outcome {
  const remedy = `make one: bridgehead token create --cluster ${cluster} --role node --node ${node} --file FILE`;
  if (!self.ok && self.kind === "unreachable")
    return skipped(`nothing was said of the token (${self.reason})`, "try again");
  if (!self.ok) {
    const { title, code } = self.problem;
    return failed({
      what: `the token is not accepted for cluster ${cluster}: ${title} (${code})`,
      cost: cannotJoin,
      remedy,
    });
  }
  const { role, node: of } = self.value;
  if (role === "node" && of === node) return ok(`it is that of node ${node} in cluster ${cluster}`);
  const whose = role === "node" ? `of node ${of}` : `of the role ${role}`;
  return failed({ what: `the token is ${whose}, and not of node ${node}`, cost: cannotJoin, remedy });
}

/** @param ttlMs null: not known */
export function judgeNodeState(name: string, answer: Result<NodeStateAnswer>, ttlMs: number | null): Outcome {
  if (!answer.ok && answer.kind === "unreachable") {
    return skipped(`nothing was said of node ${name} (${answer.reason})`, "try again");
  }
  if (!answer.ok) {
    const { title, code } = answer.problem;
    return failed({
      what: `the cluster does not tell of node ${name}: ${title} (${code})`,
      cost: cannotJoin,
      remedy: `add it: bridgehead node add ${name} --address ADDRESS; or is node spelt otherwise in the configuration?`,
    });
  }
  const { state, leaseRemainingMs, reason, quarantinedUntil } = answer.value;
  const left = leaseRemainingMs === null ? "" : `, ${renewal(leaseRemainingMs, ttlMs)}`;
  if (quarantinedUntil !== null) return isOut(`${name} is in quarantine`, `bridgehead node resume ${name}`);
  switch (state) {
    case "Up":
      return ok(`${name} is up${left}`);
    case "Paused":
      return isOut(`${name} is paused${left}`, `bridgehead node resume ${name}`);
    case "Joining":
      return isOut(
        `${name} is joining${reason === null ? "" : `: ${reason}`}`,
        "wait a moment; does another agent run as this node?",
      );
    case "Down":
      return isOut(`no agent of ${name} is connected`, "start it; under systemd: systemctl start bridgehead-agent");
    case "Unknown":
      return isOut(
        `${name} has been silent for longer than a lease`,
        "see the agent's log: journalctl -u bridgehead-agent",
      );
  }
}

function renewal(leftMs: number, ttlMs: number | null): string {
  if (ttlMs === null) return `and its lease goes on for ${Math.round(leftMs)} ms`;
  return `and has renewed ${Math.max(0, Math.round(ttlMs - leftMs))} ms ago`;
}

function isOut(what: string, remedy: string): Outcome {
  return warning({ what, cost: "it takes no group over as it is", remedy });
}

/**
 * How long the control plane takes to answer, measured against the lease. A renewal that is not answered before the next one is due
 * is late: two of them are what a lease can lose.
 * @param lease null: not known, and the presets stand for it
 */
export function judgeRoundTrip(timesMs: readonly number[], lease: LeaseTerms | null): Outcome {
  const worst = Math.max(...timesMs);
  const usual = timesMs.toSorted((a, b) => a - b)[Math.floor(timesMs.length / 2)] ?? worst;
  const measured = `an answer takes ${usual.toFixed(0)} ms, the slowest of ${timesMs.length} took ${worst.toFixed(0)} ms`;
  const { ttlMs, renewMs } = lease ?? leasePresets.wan;
  const of = lease === null ? `lease: wan` : `a lease of ${ttlMs} ms`;
  if (worst >= ttlMs) {
    return failed({
      what: `${measured}, and ${of} is over before`,
      cost: "this node can hold nothing",
      remedy: "make the lease longer (lease: wan, or ttlMs), or put the control plane nearer",
    });
  }
  if (worst * 2 > renewMs) {
    return warning({
      what: `${measured}, and ${of} is renewed every ${renewMs} ms`,
      cost: "a few slow answers in a row end what this node holds, and its groups fail over",
      remedy: "make the lease longer (lease: wan, or ttlMs and renewMs), or put the control plane nearer",
    });
  }
  if (lease === null) {
    const isForLan = worst * 2 <= leasePresets.lan.renewMs;
    return ok(
      `${measured}: short enough for lease: wan${isForLan ? ", and for lease: lan" : ", and too long for lease: lan"}`,
    );
  }
  return ok(`${measured}: well under the ${renewMs} ms between two renewals`);
}

/** Why nothing is known of the definition. @param isNodes the node's own token was used, and no reader's was given */
export function noDefinition(answer: Exclude<Result<unknown>, { ok: true }>, isNodes: boolean): Outcome {
  if (answer.kind === "unreachable") {
    return skipped(`the definition was not told (${answer.reason})`, "try again");
  }
  const { code, title } = answer.problem;
  if (code === "cluster-not-defined") {
    return failed({
      what: "the cluster has no definition yet",
      cost: "no node of it owns anything",
      remedy: "apply one: bridgehead cluster apply -f FILE",
    });
  }
  if (isNodes) {
    return skipped(
      "a node's token may not read the definition",
      "give the token of a reader with --token-file, or with BRIDGEHEAD_TOKEN_FILE",
    );
  }
  return skipped(`this token may not read the definition: ${title} (${code})`, "give another one with --token-file");
}
