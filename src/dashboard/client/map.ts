import type { ClusterView, GroupView, NodeView } from "../../cluster/questions/view.ts";
import { badge, h, sign } from "./dom.ts";
import { LeaseBar, leaseOf } from "./leases.ts";
import type { Moment } from "./moment.ts";
import { groupBadge, nodeBadge } from "./states.ts";
import type { Wire } from "./wires.ts";

/** The picture: virtual servers above, nodes below, and each group on the node that owns it. */
export type ClusterMap = {
  readonly element: HTMLElement;
  readonly leases: ReadonlyMap<string, LeaseBar>;
  readonly wires: readonly Wire[];
};

export function drawMap(view: ClusterView, known: boolean): ClusterMap {
  const groups = Object.entries(view.groups).map(([name, group]) => ({
    name,
    group,
    owner: ownerOf(view, group, known),
  }));
  const leases = new Map(Object.keys(view.nodes).map((node) => [node, new LeaseBar(node, view.lease.ttlMs)]));
  const wires: Wire[] = [];

  const nowhere = groups.filter(({ owner }) => owner === null);
  const tray = nowhere.map(({ name, group }) => groupBlock(name, group, known));
  const cards = Object.entries(view.nodes).map(([node, nodeView]) => {
    const here = groups.filter(({ owner }) => owner === node);
    const gone = nodeView.state === "Down" ? node : null;
    const blocks = here.map(({ name, group }) => groupBlock(name, group, known, gone));
    const card = nodeCard(node, nodeView, known, leases.get(node)?.element ?? null, blocks);
    return { node, card };
  });

  const servers = groups
    .filter(({ group }) => group.address !== null || group.networkName !== null)
    .map(({ name, group, owner }) => {
      const box = serverBox(name, group, owner);
      const card = cards.find(({ node }) => node === owner)?.card;
      const target = card ?? tray[nowhere.findIndex((other) => other.name === name)];
      const isUp = owner !== null && view.nodes[owner]?.state !== "Down";
      const settled = isUp && group.state === "Online" && group.draining === null;
      if (target !== undefined) wires.push({ from: box, to: target, settled, arrow: owner !== null });
      return box;
    });

  const element = h(
    "div",
    { class: "map" },
    servers.length === 0 ? null : h("div", { class: "servers" }, ...servers),
    tray.length === 0 ? null : h("div", { class: "tray" }, ...tray),
    h("div", { class: "nodes" }, ...cards.map(({ card }) => card)),
  );
  return { element, leases, wires };
}

/** Tells the bars what the newest answer says. */
export function readLeases({ leases }: ClusterMap, view: ClusterView, asked: Moment, known: boolean): void {
  for (const [node, bar] of leases) {
    const remainingMs = leaseOf(view, node);
    if (!known) bar.read("unknown");
    else bar.read(remainingMs === null ? "none" : { remainingMs, asked });
  }
}

/** Null when nobody owns it, and when nobody can say: a group is never drawn on a node that may have lost it. */
function ownerOf({ nodes }: ClusterView, { owner }: GroupView, known: boolean): string | null {
  return known && owner !== null && Object.hasOwn(nodes, owner) ? owner : null;
}

function serverBox(name: string, group: GroupView, owner: string | null): HTMLElement {
  return h(
    "section",
    { class: "server", "aria-label": `Virtual server ${group.networkName ?? name}` },
    h("h2", {}, group.networkName ?? name),
    h("p", { class: "address" }, group.address ?? "no address"),
    h("p", { class: "quiet" }, owner === null ? `virtual IP of group ${name}` : `virtual IP, now on ${owner}`),
  );
}

function nodeCard(
  name: string,
  { state, address, reason }: NodeView,
  known: boolean,
  lease: HTMLElement | null,
  groups: readonly HTMLElement[],
): HTMLElement {
  const shown = known ? state : "Unknown";
  const idle = known && state === "Up" ? "Stands by." : "Owns nothing.";
  return h(
    "section",
    { class: `node ${shown}`, "data-node": name, "aria-label": `Node ${name}` },
    h("header", {}, h("h2", {}, name), nodeBadge(shown)),
    h("p", { class: "quiet" }, address),
    reason !== null && known ? h("p", { class: "because" }, `It waits: ${reason}.`) : null,
    lease,
    ...(groups.length > 0 ? groups : [h("p", { class: "idle" }, known ? idle : "What it owns is not known.")]),
  );
}

/** @param gone the owner, when it is lost and its lease has not run out: what is said of the group is what it last said */
function groupBlock(name: string, group: GroupView, known: boolean, gone: string | null = null): HTMLElement {
  const state = known ? group.state : "Unknown";
  const owner = known ? (group.owner ?? "nobody") : "Unknown";
  return h(
    "article",
    { class: `group ${state}`, "data-group": name, "data-owner": owner, "aria-label": `Group ${name}` },
    h("header", {}, h("h3", {}, name), groupBadge(state)),
    h(
      "p",
      { class: "facts" },
      h("span", {}, `owner ${owner}`),
      h("span", {}, `epoch ${group.epoch}`),
      group.wanted === "Offline" ? h("span", {}, "wanted offline") : null,
    ),
    gone !== null ? h("p", { class: "because" }, `As ${gone} last reported it.`) : null,
    known && group.draining !== null ? h("p", { class: "because" }, drainingSentence(group.draining)) : null,
    h(
      "ul",
      { class: "resources" },
      ...Object.entries(group.resources).map(([resource, { type, state: own, problem }]) =>
        h(
          "li",
          {},
          h("span", { class: "name" }, resource, h("span", { class: "type" }, type)),
          known ? groupBadge(own) : badge("unknown", "Unknown"),
          problem === null ? null : h("p", { class: "problem" }, sign("warning"), h("span", {}, problem.message)),
        ),
      ),
    ),
  );
}

function drainingSentence({ because, target }: { readonly because: string; readonly target: string | null }): string {
  return `Being taken offline here (${because})${target === null ? "" : `, to go to ${target}`}.`;
}
