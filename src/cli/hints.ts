import type { ProblemCode } from "../protocol/problems.ts";

const groups = "See which groups there are: bridgehead group list";
const nodes = "See which nodes there are: bridgehead node list";
const resources = "See which resources there are: bridgehead resource list";
const definition = "See what the definition says: bridgehead cluster export";
const state = "See how things are: bridgehead cluster show";
const token = "Give another token with --token-file or BRIDGEHEAD_TOKEN, or make one: bridgehead token create --help";
const again = "Try again in a moment.";
const report = "See the control plane's log; the client and the control plane may be of different versions.";

/** How each problem is solved: a sentence, mostly with the command to run. */
export const hints: Readonly<Record<ProblemCode, string>> = {
  "invalid-definition": "Mend what is named above; --dry-run tries it without changing anything.",
  "cluster-not-defined": "Apply a definition first: bridgehead cluster apply -f FILE",
  "cluster-name-differs": "A cluster keeps its name: put the present one into the file, or delete the cluster first.",
  "group-not-found": groups,
  "node-not-found": nodes,
  "node-not-possible-owner": "See who may own its resources: bridgehead resource show RESOURCE",
  "node-not-up": "Start its agent, or end its pause: bridgehead node resume NODE",
  "no-other-owner": "See which nodes are up: bridgehead node list",
  "already-owner": "Nothing is to be done, or name another node with --to NODE.",
  "group-not-owned": "See what it waits for: bridgehead group show GROUP",
  "group-in-transition": "Wait until it is there, or call it off: bridgehead group cancel GROUP",
  "resource-not-found": resources,
  "resource-not-online": "Bring it online first: bridgehead resource online RESOURCE --wait",
  "node-is-connected": "Stop its agent, or take the node's groups away: bridgehead node pause NODE",
  "group-online": "Take it offline first (bridgehead group offline GROUP --wait), or say --force.",
  "group-exists": `Choose another name. ${groups}`,
  "group-not-empty": "Delete its resources first, or say --recursive.",
  "resource-exists": `Choose another name. ${resources}`,
  "resource-in-use": "Take it out of what depends on it: bridgehead resource depends RESOURCE EXPRESSION",
  "node-exists": `Choose another name. ${nodes}`,
  "network-not-found": definition,
  "network-exists": `Choose another name. ${definition}`,
  "network-in-use": definition,
  "resource-type-not-found": definition,
  "resource-type-exists": `Choose another name. ${definition}`,
  "resource-type-in-use": definition,
  "last-possible-owner": "Give the resource another owner first: bridgehead resource owners RESOURCE NODE",
  "nothing-to-cancel": "See what is under way: bridgehead operation list",
  "in-maintenance": "End the maintenance first: bridgehead cluster maintenance off",
  "too-many-operations": "Wait for some of them to end: bridgehead operation list",
  "run-not-known": state,
  "rate-limited": again,
  "admin-token-not-set": "Set the secret BRIDGEHEAD_ADMIN_TOKEN of this deployment.",
  unauthorized: token,
  forbidden: token,
  "not-found": report,
  "method-not-allowed": report,
  "upgrade-required": report,
  "not-json": report,
  "body-too-large": "Split it: a request has 1 MiB at most.",
  "invalid-request": "Mend what is named above; --help says what the command takes.",
  "cluster-not-found": "See which clusters there are: bridgehead cluster list",
  "token-not-found": "See which tokens there are: bridgehead token list",
  "virtual-server-not-found": "See which network names there are: bridgehead group list",
  "too-many-clusters": "Delete one that is not needed: bridgehead cluster delete --cluster NAME",
  "too-many-tokens": "Revoke one that is not needed: bridgehead token revoke ID",
  "too-many-watchers": `End some of them (events --follow, pages that are open). ${again}`,
  "too-many-sessions": "End the other agents of this node.",
  "revision-differs": "Read it again (bridgehead cluster export), and apply your change to that.",
  "no-such-dependency": "See what it depends on: bridgehead resource depends RESOURCE",
  "operation-not-found": "See which operations are kept: bridgehead operation list",
  "idempotency-key-reused": again,
  "too-many-waiters": again,
  unavailable: again,
  internal: report,
};
