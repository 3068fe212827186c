/** How long a lease lasts and how often it is renewed. All durations are milliseconds on somebody's monotonic clock. */
export type LeaseTerms = { readonly ttlMs: number; readonly renewMs: number };

/** What a definition may say for `lease`. `wan` is the default: a way to the control plane may be gone for 10 s. */
export const leasePresets = {
  /** Control plane on the same network. A silent node costs 2 to 2.5 s; a node asks 120 times a minute. */
  lan: { ttlMs: 2_000, renewMs: 500 },
  /** Control plane at the edge. A silent node costs 10 to 12.5 s; a node asks 24 times a minute. */
  wan: { ttlMs: 10_000, renewMs: 2_500 },
} as const satisfies Record<string, LeaseTerms>;

export const ttlLimitsMs = { min: 300, max: 60_000 } as const;
export const renewLimitsMs = { min: 25, max: 5_000 } as const;

/** The longest renewal interval that a ttl allows: four renewals fit into it, so three may be lost. */
export function longestRenewMs(ttlMs: number): number {
  return Math.min(ttlMs / 4, renewLimitsMs.max);
}

/**
 * What a holder gives away of its ttl: it pays for the difference in **rate** between two monotonic clocks, and for the
 * moment that a fence takes. A twentieth is 5 %, far above what two quartz clocks differ by; 50 ms is what `nft` and
 * `ip` need on a loaded host.
 */
export function marginMs(ttlMs: number): number {
  return Math.max(50, ttlMs / 20);
}

/**
 * How long after an owner's renewal a witness sends its own: by so much the ways of the two to the object may differ from one time to
 * the next.
 */
function lagMs({ renewMs }: LeaseTerms): number {
  return Math.max(10, Math.min(50, renewMs / 10));
}

/**
 * In how many milliseconds a witness renews, to be soon after the next renewal of an owner that has renewed so long ago; `renewMs` at
 * most. A silence is counted from the witness's own renewal on: one that comes just before the owner's hears of it a `renewMs` later.
 */
export function followingMs(ownerRenewedMs: number, lease: LeaseTerms): number {
  const ms = lease.renewMs - (Math.max(0, ownerRenewedMs - lagMs(lease)) % lease.renewMs);
  // A little early, by clocks that differ in rate: to ask again at once would be to ask twice each time.
  return ms < lagMs(lease) ? lease.renewMs : ms;
}

/** How many answers a session may leave unconfirmed before it counts as deaf: what it is sent within one ttl. */
export function deafAfterAnswers(lease: LeaseTerms): number {
  return Math.max(3, Math.ceil(lease.ttlMs / lease.renewMs));
}

/** A witness's run of answers is broken by a hole longer than this: then nobody knows who was cut off. */
export function longestHoleMs(ttlMs: number): number {
  return ttlMs / 2;
}
