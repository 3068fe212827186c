import { type AssignedResource, type HoldRef, holdId } from "../cluster/messages.ts";
import type { HoldOrder, Orders } from "./orders.ts";
import type { Ward } from "./guard/words.ts";

/** Something on this host that is there for an ownership, and has to go with it. */
export type Belonging =
  | { readonly kind: "address"; readonly address: string; readonly device: string }
  /** A process group. */
  | { readonly kind: "process"; readonly pid: number };

export type Belongings = {
  readonly ordered: (orders: Orders) => void;
  /** To be called before it is there. */
  readonly add: (hold: HoldRef, belonging: Belonging) => void;
  /** To be called when it is certainly gone. */
  readonly remove: (hold: HoldRef, belonging: Belonging) => void;
};

type Entry = {
  readonly hold: HoldRef;
  readonly things: Map<string, Belonging>;
  readonly deadline: number;
  readonly isCut: boolean;
  readonly isWhole: boolean;
};

/**
 * What of each ownership is on this host, and until when it may be: what a guard has to know while there is still time to
 * tell it.
 * @param isWhole whether this resource is nothing on the host but what is told here
 * @param changed called whenever it is different, before what was added is there
 */
export function createBelongings(
  isWhole: (resource: AssignedResource) => boolean,
  changed: (wards: readonly Ward[]) => void,
): Belongings {
  const entries = new Map<string, Entry>();

  function tell(): void {
    changed([...entries.values()].filter(({ things }) => things.size > 0).map(wardOf));
  }

  return {
    ordered: ({ holds }) => {
      const before = JSON.stringify([...entries.values()].map(({ deadline, isCut }) => [deadline, isCut]));
      for (const order of holds) {
        const entry = entries.get(holdId(order));
        entries.set(holdId(order), followed(entry, order, isWhole));
      }
      for (const [id, entry] of entries) {
        if (holds.some((order) => holdId(order) === id)) continue;
        if (entry.things.size === 0) entries.delete(id);
        else entries.set(id, { ...entry, isCut: true });
      }
      if (JSON.stringify([...entries.values()].map(({ deadline, isCut }) => [deadline, isCut])) !== before) tell();
    },
    add: (hold, belonging) => {
      entries.get(holdId(hold))?.things.set(keyOf(belonging), belonging);
      tell();
    },
    remove: (hold, belonging) => {
      if (entries.get(holdId(hold))?.things.delete(keyOf(belonging)) === true) tell();
    },
  };
}

function followed(
  before: Entry | undefined,
  order: HoldOrder,
  isWhole: (resource: AssignedResource) => boolean,
): Entry {
  const { mode, group, epoch } = order;
  const deadline = mode.kind === "cut" ? null : mode.deadline;
  return {
    hold: { group, epoch },
    things: before?.things ?? new Map(),
    deadline: deadline ?? before?.deadline ?? 0,
    isCut: deadline === null,
    // What is to go is ordered without its resources, and is what it was all the same.
    isWhole: (before?.isWhole ?? true) && Object.values(order.resources).every((resource) => isWhole(resource)),
  };
}

function wardOf({ hold, things, deadline, isCut, isWhole }: Entry): Ward {
  const all = [...things.values()];
  return {
    hold,
    deadline,
    isCut,
    isWhole,
    addresses: all.flatMap((thing) =>
      thing.kind === "address" ? [{ address: thing.address, device: thing.device }] : [],
    ),
    processes: all.flatMap((thing) => (thing.kind === "process" ? [thing.pid] : [])),
  };
}

function keyOf(belonging: Belonging): string {
  return belonging.kind === "address" ? belonging.address : String(belonging.pid);
}
