import { lookup } from "../cluster/definition/definition.ts";
import { sessionProtocol } from "../protocol/session-version.ts";

/** Whom the sentences of the log name. */
export type Asking = { readonly node: string; readonly cluster: string };

const updateFirst = "update the control plane first; this agent holds nothing until then, and goes on asking";

/** By the reason that `closeCodes` of the session protocol gives. */
const closings: Readonly<Record<string, (asking: Asking) => string>> = {
  "unknown-node": ({ node, cluster }) =>
    `the cluster has no such node (any more); add it with: bridgehead node add ${node} --address ADDRESS --cluster ${cluster}`,
  "token-revoked": (asking) =>
    `this node's token was revoked; put another one into its file, made with: ${makingToken(asking)}`,
  "too-many-runs": () =>
    "too many runs of this node's agent are connected; one host has this node's name, and one agent runs there",
};

export function closingSentence(code: number, reason: string, asking: Asking): string {
  return (
    lookup(closings, reason)?.(asking) ??
    `the control plane has closed the connection (${code} ${reason}); another one is tried`
  );
}

/** @param code of the problem that was answered, if it was one */
export function refusalSentence(
  { status, code }: { readonly status: number; readonly code: string | null },
  asking: Asking,
): string {
  const ofVersions = lookup(versionRefusals, code ?? "");
  if (ofVersions !== undefined) return ofVersions;
  switch (status) {
    case 401:
      return `the control plane does not know this token (401); make one with: ${makingToken(asking)}`;
    case 403:
      return `this token may not join as this node (403); make one with: ${makingToken(asking)}`;
    case 404:
      return `the control plane has no such cluster or node (404); see: bridgehead cluster show --cluster ${asking.cluster}`;
    default:
      return `the control plane answered ${status} instead of opening the session; it is asked again`;
  }
}

/** By the code of the problem. */
const versionRefusals: Readonly<Record<string, string>> = {
  "session-version-newer": `this agent speaks version ${sessionProtocol} of the session, which the control plane does not know: ${updateFirst}`,
  "session-version-older": `this agent speaks version ${sessionProtocol} of the session, which the control plane knows no more: update this agent; it holds nothing until then`,
};

/** @param answered the version that the control plane speaks */
export function olderControlPlaneSentence(answered: number): string {
  return `the control plane speaks version ${answered} of the session, and this agent version ${sessionProtocol}: ${updateFirst}`;
}

/** The command that makes a node's token. */
export function makingToken({ node, cluster }: Asking): string {
  return `bridgehead token create --role node --node ${node} --cluster ${cluster}`;
}
