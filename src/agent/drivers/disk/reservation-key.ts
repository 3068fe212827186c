import { createHash } from "node:crypto";

/**
 * Whose a key on a disk is. A registration of SCSI-3 has 64 bits of its owner's choosing (SPC-5, PERSISTENT RESERVE OUT), and they are
 * all that another host ever sees of it:
 *
 *     1 ggg gggg gggg gggg gggg gggg   hhhh hhhh hhhh   eeee eeee eeee eeee eeee eeee eeee
 *       digest of cluster and group    of the taker     epoch
 *
 * As `sg_persist` prints it: six digits, three, and seven. The first bit is always set, so that a key is never 0, which means none.
 */
export type ReservationKey = bigint;

/** Who takes a disk. `machine`: digest of its id; null where the host does not say which machine it is. */
export type Taker = {
  readonly cluster: string;
  readonly group: string;
  readonly epoch: number;
  readonly node: string;
  readonly machine: string | null;
  readonly resource: string;
};

const epochBits = 28n;
const takerBits = 12n;
const groupBits = 24n;

/** An epoch a second would last for eight years. */
export const largestEpoch = 2 ** Number(epochBits) - 1;

/** Throws `RangeError` for an epoch that does not fit in. */
export function keyOf({ cluster, group, epoch, node, machine, resource }: Taker): ReservationKey {
  if (!Number.isInteger(epoch) || epoch < 0 || epoch > largestEpoch) {
    throw new RangeError(`epoch ${epoch} does not fit into a reservation key`);
  }
  const family = digest([cluster, group], groupBits) | (1n << (groupBits - 1n));
  const taker = digest([machine ?? "", node, resource], takerBits);
  return (((family << takerBits) | taker) << epochBits) | BigInt(epoch);
}

/** `foreign`: another cluster's, another group's, or another program's. */
export type KeyOwner = { readonly kind: "foreign" } | { readonly kind: "group"; readonly epoch: number };

/** Whose a key is, as the taker with the key `mine` sees it. */
export function ownerOf(key: ReservationKey, mine: ReservationKey): KeyOwner {
  const familyOf = (one: ReservationKey): bigint => one >> (takerBits + epochBits);
  if (familyOf(key) !== familyOf(mine)) return { kind: "foreign" };
  return { kind: "group", epoch: Number(key & BigInt(largestEpoch)) };
}

/** As the tools print it. */
export function keyText(key: ReservationKey): string {
  return `0x${key.toString(16)}`;
}

function digest(parts: readonly string[], bits: bigint): bigint {
  const hash = createHash("sha256").update(JSON.stringify(parts)).digest();
  return hash.readBigUInt64BE() >> (64n - bits);
}
