import type { JSX } from "preact";
import { alternativesOf, type Dependency } from "../../../cluster/definition/dependencies.ts";
import type { ClusterView, GroupView, ResourceView } from "../../../cluster/questions/view.ts";
import { MenuButton, useMenu } from "../actions/menu.tsx";
import { Sign, StateBadge } from "../signs.tsx";
import { type Wire, Wired } from "../wires.tsx";
import { layersOf } from "./layers.ts";

/** Each group's resources, above what they stand on. */
export function Trees({ view, isKnown }: { readonly view: ClusterView; readonly isKnown: boolean }): JSX.Element {
  return (
    <div class="trees">
      {Object.entries(view.groups).map(([name, group]) => (
        <Tree key={name} name={name} group={group} isKnown={isKnown} />
      ))}
    </div>
  );
}

type TreeProps = { readonly name: string; readonly group: GroupView; readonly isKnown: boolean };

function Tree({ name, group, isKnown }: TreeProps): JSX.Element {
  const target = { kind: "group", group: name } as const;
  const owner = isKnown ? (group.owner ?? "nobody") : "Unknown";
  return (
    <section class="tree" aria-label={`Resources of ${name}`} data-group={name} onContextMenu={useMenu(target)}>
      <header>
        <h2>{name}</h2>
        <span class="quiet">owner {owner}</span>
        <span class="state">
          <StateBadge state={isKnown ? group.state : "Unknown"} />
          <MenuButton target={target} />
        </span>
      </header>
      <Wired class="layers" wires={wiresOf(group, isKnown)}>
        {layersOf(group.resources).map((names) => (
          <div class="layer">
            {names.map((resource) => {
              const own = group.resources[resource];
              return own && <Leaf key={resource} group={name} name={resource} resource={own} isKnown={isKnown} />;
            })}
          </div>
        ))}
      </Wired>
      {Object.keys(group.resources).length === 0 && <p class="idle">It has no resources.</p>}
    </section>
  );
}

/** Dashed: one of several is enough. */
function wiresOf({ resources }: GroupView, isKnown: boolean): Wire[] {
  return Object.entries(resources).flatMap(([name, { dependsOn }]) =>
    dependsOn.flatMap((item) => {
      const settled = isKnown && typeof item === "string";
      return alternativesOf(item).map((on) => ({ from: name, to: on, settled, arrow: true }));
    }),
  );
}

type LeafProps = {
  readonly group: string;
  readonly name: string;
  readonly resource: ResourceView;
  readonly isKnown: boolean;
};

function Leaf({ group, name, resource, isKnown }: LeafProps): JSX.Element {
  const { type, state, wanted, problem, dependsOn } = resource;
  const target = { kind: "resource", group, resource: name } as const;
  return (
    <article
      class={`leaf ${isKnown ? state : "Unknown"}`}
      data-resource={name}
      data-anchor={name}
      aria-label={`Resource ${name}`}
      onContextMenu={useMenu(target)}
    >
      <header>
        <h3>{name}</h3>
        <MenuButton target={target} />
      </header>
      <p class="quiet">{type}</p>
      <StateBadge state={isKnown ? state : "Unknown"} />
      {wanted === "Offline" && <p class="because">wanted offline</p>}
      {problem !== null && (
        <p class="problem">
          <Sign name="warning" /> {problem.message}
        </p>
      )}
      <p class="quiet">
        {dependsOn.length === 0 ? "Stands on nothing." : `Stands on ${dependsOn.map(inWords).join(" and ")}.`}
      </p>
    </article>
  );
}

function inWords(item: Dependency): string {
  return typeof item === "string" ? item : `one of ${item.join(", ")}`;
}
