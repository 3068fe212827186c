import type { JSX } from "preact";
import type { Failover } from "../../../cluster/questions/failovers.ts";
import { ClockTime, duration } from "../signs.tsx";

/** The phases of a change of owner, in their order; each lasts from the moment before it to its own. */
const phases = [
  ["detection", "beganAt", "detectedAt"],
  ["decision", "detectedAt", "decidedAt"],
  ["release", "decidedAt", "releasedAt"],
  ["grant", "releasedAt", "ownedAt"],
  ["start", "ownedAt", "onlineAt"],
] as const;

export type Phase = { readonly name: (typeof phases)[number][0]; readonly from: number; readonly to: number };

/** Those that the journal still tells of. */
export function phasesOf({ phases: moments }: Failover): Phase[] {
  return phases.flatMap(([name, start, end]) => {
    const [from, to] = [moments[start], moments[end]];
    return from === null || to === null ? [] : [{ name, from, to: Math.max(from, to) }];
  });
}

/** One change of owner, told by its phases. */
export function FailoverTold({ failover }: { readonly failover: Failover }): JSX.Element {
  const { group, epoch, from, to, because, actor, phases: moments, durationMs } = failover;
  const known = phasesOf(failover);
  const longest = Math.max(1, ...known.map((phase) => phase.to - phase.from));
  return (
    <section class="failover" aria-label={`Change of owner of ${group} to epoch ${epoch}`}>
      <h3>
        {group}: from {from ?? "nobody"} to {to ?? "nobody"}
      </h3>
      <p class="quiet">
        <ClockTime at={moments.ownedAt} /> epoch {epoch}, because: {because}
        {actor === "cluster" ? "" : `, asked for by ${actor}`};{" "}
        {durationMs === null
          ? "not online yet, or its beginning is not in the journal any more"
          : `${duration(durationMs)} in all`}
      </p>
      <dl class="phases">
        {known.map(({ name, from: start, to: end }) => (
          <>
            <dt>{name}</dt>
            <dd>
              <span class="words">{duration(end - start)}</span>
              <span class={`phase ${name}`} style={{ width: `${Math.max(1, ((end - start) / longest) * 100)}%` }} />
            </dd>
          </>
        ))}
      </dl>
    </section>
  );
}
