import type { JSX } from "preact";
import type { ClusterView, GroupView, NodeView, ResourceView } from "../../../cluster/questions/view.ts";
import { MenuButton, useMenu } from "../actions/menu.tsx";
import type { Moment } from "../moment.ts";
import { outlookOf } from "../sentences.ts";
import { dayAndTime, NodeBadge, Sign, StateBadge } from "../signs.tsx";
import { type Wire, Wired } from "../wires.tsx";
import { type Lease, LeaseBar, leaseOf } from "./lease-bar.tsx";

/** Beyond, their lines would be one thick one: each group then says its address itself. */
const serversDrawn = 12;

/** The picture of a cluster: virtual servers above, nodes below, and each group on the node that owns it. */
export function Picture(props: {
  readonly view: ClusterView;
  readonly asked: Moment;
  /** False when what the page holds is too old to be said of now. */
  readonly isKnown: boolean;
}): JSX.Element {
  const { view, asked, isKnown } = props;
  const groups = Object.entries(view.groups).map(([name, group]) => {
    const owner = isKnown ? ownerOf(view, group) : null;
    return { name, group, owner };
  });
  const servers = groups.filter(({ group }) => group.address !== null || group.networkName !== null);
  const isCrowded = servers.length > serversDrawn;
  const drawn = isCrowded ? [] : servers;
  const nowhere = groups.filter(({ owner }) => owner === null);
  return (
    <Wired class="map" wires={drawn.map(({ name, group, owner }) => wireOf(view, name, group, owner))}>
      {drawn.length > 0 && (
        <div class="servers">
          {drawn.map(({ name, group, owner }) => (
            <Server key={name} name={name} group={group} owner={owner} />
          ))}
        </div>
      )}
      {nowhere.length > 0 && (
        <div class="tray">
          {nowhere.map(({ name, group }) => (
            <Group key={name} name={name} group={group} isKnown={isKnown} gone={null} saysAddress={isCrowded} />
          ))}
        </div>
      )}
      <div class="nodes">
        {Object.entries(view.nodes).map(([name, node]) => (
          <Node
            key={name}
            name={name}
            node={node}
            lease={isKnown ? readingOf(view, name, asked) : "unknown"}
            ttlMs={view.lease.ttlMs}
            isKnown={isKnown}
            groups={groups.filter(({ owner }) => owner === name)}
            saysAddress={isCrowded}
          />
        ))}
      </div>
    </Wired>
  );
}

/** Null when nobody owns it, and when nobody can say: a group is never drawn on a node that may have lost it. */
function ownerOf({ nodes }: ClusterView, { owner }: GroupView): string | null {
  return owner !== null && Object.hasOwn(nodes, owner) ? owner : null;
}

/** The virtual IP: the line from who calls it to where it leads. */
function wireOf({ nodes }: ClusterView, name: string, group: GroupView, owner: string | null): Wire {
  const isUp = owner !== null && nodes[owner]?.state !== "Down";
  return {
    from: `server ${name}`,
    to: owner === null ? `group ${name}` : `node ${owner}`,
    settled: isUp && group.state === "Online" && group.draining === null,
    arrow: owner !== null,
  };
}

function readingOf(view: ClusterView, node: string, asked: Moment): Lease {
  const remainingMs = leaseOf(view, node);
  return remainingMs === null ? "none" : { remainingMs, asked };
}

function Server(props: {
  readonly name: string;
  readonly group: GroupView;
  readonly owner: string | null;
}): JSX.Element {
  const { name, group, owner } = props;
  return (
    <section class="server" data-anchor={`server ${name}`} aria-label={`Virtual server ${group.networkName ?? name}`}>
      <h2>{group.networkName ?? name}</h2>
      <p class="address">{group.address ?? "no address"}</p>
      <p class="quiet">{owner === null ? `virtual IP of group ${name}` : `virtual IP, now on ${owner}`}</p>
    </section>
  );
}

type NodeProps = {
  readonly name: string;
  readonly node: NodeView;
  readonly lease: Lease;
  readonly ttlMs: number;
  readonly isKnown: boolean;
  readonly groups: readonly { readonly name: string; readonly group: GroupView }[];
  readonly saysAddress: boolean;
};

function Node({ name, node, lease, ttlMs, isKnown, groups, saysAddress }: NodeProps): JSX.Element {
  const shown = isKnown ? node.state : "Unknown";
  const idle = isKnown && node.state === "Up" ? "Stands by." : "Owns nothing.";
  const target = { kind: "node", node: name } as const;
  return (
    <section
      class={`node ${shown}`}
      data-node={name}
      data-anchor={`node ${name}`}
      aria-label={`Node ${name}`}
      onContextMenu={useMenu(target)}
    >
      <header>
        <h2>{name}</h2>
        <span class="state">
          <NodeBadge state={shown} />
          <MenuButton target={target} />
        </span>
      </header>
      <p class="quiet">{node.address}</p>
      {node.reason !== null && isKnown && <p class="because">It waits: {node.reason}.</p>}
      {node.quarantinedUntil !== null && isKnown && (
        <p class="because">In quarantine until {dayAndTime(node.quarantinedUntil)}: it gets no group.</p>
      )}
      <LeaseBar node={name} lease={lease} ttlMs={ttlMs} />
      {groups.map(({ name: group, group: view }) => (
        <Group
          key={group}
          name={group}
          group={view}
          isKnown={isKnown}
          gone={node.state === "Down" ? name : null}
          saysAddress={saysAddress}
        />
      ))}
      {groups.length === 0 && <p class="idle">{isKnown ? idle : "What it owns is not known."}</p>}
    </section>
  );
}

type GroupProps = {
  readonly name: string;
  readonly group: GroupView;
  readonly isKnown: boolean;
  /** The owner, when it is lost and its lease has not run out: what is said of the group is what it last said. */
  readonly gone: string | null;
  /** Its virtual server has no box of its own. */
  readonly saysAddress: boolean;
};

function Group({ name, group, isKnown, gone, saysAddress }: GroupProps): JSX.Element {
  const state = isKnown ? group.state : "Unknown";
  const owner = isKnown ? (group.owner ?? "nobody") : "Unknown";
  const target = { kind: "group", group: name } as const;
  return (
    <article
      class={`group ${state}`}
      data-group={name}
      data-owner={owner}
      data-anchor={`group ${name}`}
      aria-label={`Group ${name}`}
      onContextMenu={useMenu(target)}
    >
      <header>
        <h3>{name}</h3>
        <span class="state">
          <StateBadge state={state} />
          <MenuButton target={target} />
        </span>
      </header>
      {saysAddress && (
        <p class="address">
          {group.networkName ?? ""} {group.address ?? ""}
        </p>
      )}
      <p class="facts">
        <span>owner {owner}</span>
        <span>epoch {group.epoch}</span>
        {group.wanted === "Offline" && <span>wanted offline</span>}
      </p>
      {gone !== null && <p class="because">As {gone} last reported it.</p>}
      {isKnown && outlookOf(group, dayAndTime).map((sentence) => <p class="because">{sentence}</p>)}
      <ul class="resources">
        {Object.entries(group.resources).map(([resource, view]) => (
          <Resource key={resource} group={name} name={resource} resource={view} isKnown={isKnown} />
        ))}
      </ul>
    </article>
  );
}

function Resource(props: {
  readonly group: string;
  readonly name: string;
  readonly resource: ResourceView;
  readonly isKnown: boolean;
}): JSX.Element {
  const { group, name, isKnown } = props;
  const { type, state, problem } = props.resource;
  return (
    <li onContextMenu={useMenu({ kind: "resource", group, resource: name })}>
      <span class="name">
        {name}
        <span class="type">{type}</span>
      </span>
      <StateBadge state={isKnown ? state : "Unknown"} />
      {problem !== null && (
        <p class="problem">
          <Sign name="warning" />
          <span>{problem.message}</span>
        </p>
      )}
    </li>
  );
}
