import { limits } from "../cluster/limits.ts";
import type { ReportedAssociation } from "../cluster/messages.ts";
import { protocolLimits } from "../protocol/limits.ts";

/** The latest association of each group, partner and direction, newest last, at most `limits.associationsReported`. */
export type AssociationBook = {
  readonly add: (association: Omit<ReportedAssociation, "n">) => void;
  readonly list: () => readonly ReportedAssociation[];
};

/** Numbers are unique within the run of this process, and grow: a reader knows by them what is news. */
export function createAssociationBook(): AssociationBook {
  const latest = new Map<string, ReportedAssociation>();
  let n = 0;
  return {
    add: (association) => {
      n += 1;
      const partner = association.partner.slice(0, protocolLimits.hostLength);
      const reason = association.reason?.slice(0, protocolLimits.reasonLength) ?? null;
      const key = JSON.stringify([association.group, partner, association.direction]);
      latest.delete(key);
      latest.set(key, { ...association, partner, reason, n });
      const [oldest] = latest.keys();
      if (oldest !== undefined && latest.size > limits.associationsReported) latest.delete(oldest);
    },
    list: () => [...latest.values()],
  };
}
