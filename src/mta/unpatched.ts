import { call, type AssociateResult, type CallSurroundings } from "./call.ts";
import type { Partner } from "./partners.ts";
import { fromUninitialisedClusterVariable } from "./source-address.ts";

export type AssociateUnpatchedOptions = {
  readonly partner: Partner;
  /** The name is right even in the unpatched MTA: it comes from its own directory, not from the cluster. */
  readonly localMtaName: string;
  /** The node's own address, which the kernel gives to a socket that nobody bound. */
  readonly nodeAddress: string;
} & CallSurroundings;

/**
 * The MTA of KB Q186756 before its fix, for demonstrations and tests: the variable that should hold what the cluster API
 * said is never initialised, so nobody is asked, and the call leaves from the node's own address. A partner that knows
 * the virtual IP refuses it with event 9301.
 *
 * This is the only file that may call without a verdict.
 */
export function associateUnpatched({ nodeAddress, ...rest }: AssociateUnpatchedOptions): Promise<AssociateResult> {
  return call({ ...rest, source: fromUninitialisedClusterVariable(nodeAddress), completeByMs: Infinity });
}
