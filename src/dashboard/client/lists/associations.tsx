import type { JSX } from "preact";
import type { SeenAssociation } from "../../../cluster/state.ts";
import { AssociationBadge, ClockTime } from "../signs.tsx";

const shown = 12;

/** Newest first: what MTAs said of their associations, on this side and on the other. */
export function Associations({ associations }: { readonly associations: readonly SeenAssociation[] }): JSX.Element {
  return (
    <section aria-labelledby="associations-title">
      <h2 id="associations-title">Associations</h2>
      <p id="association-counts" class="quiet">
        {counts(associations)}
      </p>
      <ul id="associations" class="list">
        {associations.length === 0 && <li class="idle">No association has been reported yet.</li>}
        {associations
          .slice(-shown)
          .toReversed()
          .map((seen) => (
            <Association seen={seen} />
          ))}
      </ul>
    </section>
  );
}

function counts(associations: readonly SeenAssociation[]): string {
  if (associations.length === 0) return "Who called whom, from which address.";
  const refused = associations.filter(({ state }) => state === "refused").length;
  const accepted = associations.filter(({ state }) => state === "open" || state === "accepted").length;
  return `The last reports: ${accepted} accepted, ${refused} refused, ${associations.length} in all.`;
}

function Association({ seen }: { readonly seen: SeenAssociation }): JSX.Element {
  const own = <End name={seen.reporter} address={seen.localAddress} />;
  const other = <End name={seen.partner} address={seen.remoteAddress} />;
  const [caller, called] = seen.direction === "outbound" ? [own, other] : [other, own];
  return (
    <li class={`association ${seen.state}`}>
      <ClockTime at={seen.at} />
      <AssociationBadge state={seen.state} />
      <div class="sentence">
        <p>
          {caller}
          <span class="to"> to </span>
          {called}
        </p>
        {seen.reason !== null && <p class={seen.state === "refused" ? "problem" : "quiet"}>{seen.reason}</p>}
        <p class="quiet">Says {seen.reporter}.</p>
      </div>
    </li>
  );
}

function End({ name, address }: { readonly name: string; readonly address: string | null }): JSX.Element {
  return (
    <span class="end">
      <b>{name}</b> <span class="address">{address ?? "no address"}</span>
    </span>
  );
}
