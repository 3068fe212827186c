import type { JSX } from "preact";
import type { ClusterView } from "../../../cluster/questions/view.ts";
import { type Moment, since } from "../moment.ts";
import { useTicking } from "../tick.ts";

export type Lease = { readonly remainingMs: number; readonly asked: Moment } | "none" | "unknown";

/** Bars run smoothly at this rate, and no faster one is worth the battery. */
const tickMs = 100;

/** A bar that runs down as a node's lease does, and is full again with each renewal that the page hears of. */
export function LeaseBar(props: { readonly node: string; readonly lease: Lease; readonly ttlMs: number }): JSX.Element {
  const { node, lease, ttlMs } = props;
  const leftMs = useTicking(tickMs, () => (typeof lease === "string" ? -1 : leftOf(lease)));
  const said = sentenceOf(lease, leftMs, ttlMs);
  const left = Math.max(0, leftMs);
  return (
    <div class="lease">
      <span class="words">{said}</span>
      <span
        class="bar"
        role="meter"
        aria-label={`Lease of ${node}`}
        aria-valuemin={0}
        aria-valuemax={ttlMs}
        aria-valuenow={Math.round(left)}
        aria-valuetext={said}
      >
        {/* What is set here is a property of the element, which the policy allows; a style attribute it would not. */}
        <span
          class={left < ttlMs / 4 ? "fill low" : "fill"}
          style={{ transform: `scaleX(${Math.min(1, left / ttlMs)})` }}
        />
      </span>
    </div>
  );
}

function leftOf({ remainingMs, asked }: Exclude<Lease, string>): number {
  return Math.max(0, remainingMs - since(asked));
}

function sentenceOf(lease: Lease, leftMs: number, ttlMs: number): string {
  if (lease === "none") return "no lease";
  if (lease === "unknown") return "lease not known";
  return leftMs === 0 ? "lease has run out" : `lease: ${seconds(leftMs)} of ${seconds(ttlMs)} left`;
}

/**
 * What is left of a node's lease. A node whose connection is gone is no longer listed with one, but while it owns a group
 * nobody else may have it, and that time runs on from its last renewal.
 */
export function leaseOf(view: ClusterView, node: string): number | null {
  const joined = view.nodes[node]?.leaseRemainingMs ?? null;
  if (joined !== null) return joined;
  const left = Object.values(view.groups)
    .filter(({ lastOwner }) => lastOwner === node)
    .flatMap(({ ageMs }) => (ageMs === null ? [] : [Math.max(0, view.lease.ttlMs - ageMs)]));
  return left.length === 0 ? null : Math.max(...left);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
