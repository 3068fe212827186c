import { keyText, ownerOf, type ReservationKey } from "./reservation-key.ts";

/**
 * How a disk is taken, as one function of what the disk says. It is asked again after each step, whatever the step's exit code was:
 * two hosts may take at once, and the disk alone knows who was first.
 */

/** Write Exclusive: the holder alone writes, and everybody reads. A host that registers anew cannot write by that, as under type 5. */
export const writeExclusive = 1;

/** What a disk says. `type`: 1 to 8, as SPC-5 numbers them. */
export type Seen = {
  readonly holder: { readonly key: ReservationKey; readonly type: number } | null;
  /** Of all registrations: a host with several ways to the disk has one for each. */
  readonly keys: readonly ReservationKey[];
};

export type Step =
  | { readonly kind: "held" }
  | { readonly kind: "register" }
  | { readonly kind: "reserve" }
  /** Takes the registration of that key away, and the reservation with it where that key holds it. */
  | { readonly kind: "preempt"; readonly key: ReservationKey }
  | { readonly kind: "refused"; readonly code: "later-epoch" | "disk-reserved-by-others"; readonly message: string };

/** The next step of the taker with the key `mine`; nothing is done on a disk that somebody else may rightly hold. */
export function nextStep({ holder, keys }: Seen, mine: ReservationKey): Step {
  const refusal = refusalOf({ holder, keys }, mine);
  if (refusal !== null) return refusal;
  if (!keys.includes(mine)) return { kind: "register" };
  if (holder === null) return { kind: "reserve" };
  // One's own key too: that is how a reservation of another type becomes one of this type.
  if (holder.key !== mine || holder.type !== writeExclusive) return { kind: "preempt", key: holder.key };
  const other = keys.find((key) => key !== mine && ownerOf(key, mine).kind === "group");
  return other === undefined ? { kind: "held" } : { kind: "preempt", key: other };
}

export function isHeldBy({ holder }: Pick<Seen, "holder">, key: ReservationKey): boolean {
  return holder?.key === key && holder.type === writeExclusive;
}

/** Whoever is registered may clear; who is not registers first, for which the key that is there already does. */
function clearing(key: ReservationKey): string {
  const hex = keyText(key).slice(2);
  return `sg_persist --out --register-ignore --param-sark=${hex} DEVICE, sg_persist --out --clear --param-rk=${hex} DEVICE`;
}

function refusalOf({ holder, keys }: Seen, mine: ReservationKey): Step | null {
  const me = ownerOf(mine, mine);
  if (holder !== null && ownerOf(holder.key, mine).kind === "foreign") {
    return {
      kind: "refused",
      code: "disk-reserved-by-others",
      message:
        `the disk is reserved under ${keyText(holder.key)}, type ${holder.type}, which is no key of this group; see whose it is ` +
        "(sg_persist --in --read-full-status DEVICE), and clear it there",
    };
  }
  // A registration is enough: a later owner registers before it reserves.
  for (const key of [...(holder === null ? [] : [holder.key]), ...keys]) {
    const owner = ownerOf(key, mine);
    if (key === mine || owner.kind === "foreign" || me.kind === "foreign" || owner.epoch < me.epoch) continue;
    const whose =
      owner.epoch > me.epoch
        ? `epoch ${owner.epoch} of this group has it, and this is epoch ${me.epoch}`
        : `another host, or another disk of this group on the same unit, has it under this epoch, ${me.epoch}`;
    return {
      kind: "refused",
      code: "later-epoch",
      message:
        `the disk is not ours to take: ${whose} (${keyText(key)}); if the cluster was made anew since, see that no host has the disk, ` +
        `then: ${clearing(key)}`,
    };
  }
  return null;
}
