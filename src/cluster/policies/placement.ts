import { alike } from "../alike.ts";
import { candidatesFor, type Candidate } from "./candidates.ts";
import { addressesOf, devicesOf, type GroupDefinition, lookup, servedResources } from "../definition/definition.ts";
import { journalFirstList, newAgreement } from "../lease/agreement.ts";
import { failbackAfter } from "./failback.ts";
import { addressesHeld, becomeOwned, holdOf } from "../lease/ownership.ts";
import { dwordOf } from "../properties/properties.ts";
import { groupProperties } from "../properties/property-tables.ts";
import { isAutoStart, startWaitOf } from "./starting.ts";
import { type GroupRow, isByItself, isByOperator, type Loss } from "../state.ts";
import { journal, putGroup, type Turn } from "../turn.ts";

export const noLoss: Loss = { because: "new", from: null, target: null, leaving: null, since: 0 };

/**
 * Gives each group that nobody owns to the best node that may have it, those of higher Priority first. Without an expiry
 * nobody's silence is known: who is connected may be tried, and a witness judges the rest.
 */
export function placeGroups(turn: Turn): void {
  const { cluster } = turn.durable;
  if (cluster === null || turn.memory.start.kind !== "over") return;
  const { definition, maintenance } = cluster;
  const waiting = Object.entries(definition.groups).filter(([name]) => holdOf(turn, name) === undefined);
  for (const [name, group] of inOrderOfPriority(waiting)) {
    const row = turn.durable.groups.get(name);
    if (row === undefined) continue;
    const served = servedResources(definition, group);
    const addresses = addressesOf(served);
    if (addressesHeld(turn, addresses)) continue;
    const loss = row.plan.loss ?? noLoss;
    if (maintenance && !isByOperator(loss)) continue;
    const candidates = candidatesFor(turn, definition, name, group, loss);
    const chosen = candidates.find(({ rejected }) => rejected === null)?.session ?? null;
    if (chosen === null) continue;
    putGroup(turn, name, placed(turn, row, group, loss, candidates));
    const hold = becomeOwned(turn, turn.durable.groups.get(name) ?? row, {
      addresses,
      devices: devicesOf(served),
      owner: chosen,
      agreement: newAgreement(turn, name, chosen),
      loss,
      ttlMs: definition.lease.ttlMs,
      arriving: maintenance,
    });
    journalFirstList(turn, hold);
    if (row.wanted === turn.durable.groups.get(name)?.wanted) continue;
    journal(turn, {
      kind: "group.wanted",
      severity: "warning",
      sentence: `Group ${name} stays offline on node ${hold.node} until somebody asks for it: its Priority is 0 (No Auto Start).`,
      group: name,
      node: hold.node,
      epoch: hold.epoch,
    });
  }
}

/** Whether somebody may have the group now, or could if the object were not holding. */
export function canBeOwned(turn: Turn, row: GroupRow): boolean {
  const definition = turn.durable.cluster?.definition;
  const group = definition && lookup(definition.groups, row.name);
  if (definition === undefined || group === undefined) return false;
  const candidates = candidatesFor(turn, definition, row.name, group, row.plan.loss ?? noLoss);
  return candidates.some(({ rejected }) => rejected === null);
}

/** Whether some other node than `node` could take the group now. */
export function hasOtherOwner(turn: Turn, row: GroupRow, node: string): boolean {
  const definition = turn.durable.cluster?.definition;
  const group = definition && lookup(definition.groups, row.name);
  if (definition === undefined || group === undefined) return false;
  return candidatesFor(turn, definition, row.name, group, { ...noLoss, leaving: node }).some(
    (candidate) => candidate.node !== node && candidate.rejected === null,
  );
}

/** What is planned for a group at the moment at which it gets an owner. */
function placed(
  turn: Turn,
  row: GroupRow,
  group: GroupDefinition,
  loss: Loss,
  candidates: readonly Candidate[],
): GroupRow {
  const wanted = isAutoStart(group) || !isByItself(loss) ? row.wanted : "Offline";
  const exceptions = wanted === row.wanted ? row.exceptions : [];
  const plan = { ...row.plan, failback: failbackAfter(group, loss, candidates), start: startWaitOf(turn, group) };
  const same = alike([row.wanted, row.exceptions, row.plan], [wanted, exceptions, plan]);
  return same ? row : { ...row, wanted, exceptions, plan };
}

function inOrderOfPriority(groups: readonly [string, GroupDefinition][]): [string, GroupDefinition][] {
  const priority = ({ properties }: GroupDefinition): number => dwordOf(properties, groupProperties, "Priority");
  return groups.toSorted(([, a], [, b]) => priority(b) - priority(a));
}
