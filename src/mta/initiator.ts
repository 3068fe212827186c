import type { Bind } from "../cluster/questions/verdict.ts";
import { call, retryAfterMs, type AssociateResult, type CallSurroundings } from "./call.ts";
import type { AssociationCode, AssociationEvent } from "./log.ts";
import type { Partner } from "./partners.ts";
import { fromVerdict } from "./source-address.ts";
import type { VerdictSource } from "./verdict-source.ts";

export type AssociateOptions = {
  readonly partner: Partner;
  readonly verdicts: VerdictSource;
  /** `MtaName` of the resource, when it is configured; otherwise the verdict's `networkName` is spoken. */
  readonly localMtaName?: string | undefined;
} & CallSurroundings;

/**
 * Asks, then calls: an association to `partner` from the address of the verdict, under its name, complete before it
 * ends. `DEFER` and `DENY` open no socket. It never rejects.
 */
export async function associate(options: AssociateOptions): Promise<AssociateResult> {
  const { partner, verdicts } = options;
  const { verdict, askedAtMs } = await verdicts.ask(partner.host);
  if (options.signal?.aborted === true) {
    return { outcome: "deferred", code: "cancelled", reason: "the owner gave it up", retryAfterMs };
  }
  switch (verdict.decision) {
    case "BIND":
      return callFrom(verdict, askedAtMs, options);
    case "DEFER":
      report(options, "deferred", "verdict-defer", `The call to ${partner.mtaName} is deferred: ${verdict.reason}`);
      return { outcome: "deferred", code: "verdict-defer", reason: verdict.reason, retryAfterMs: verdict.retryAfterMs };
    case "DENY":
      report(options, "refused", "verdict-deny", `The call to ${partner.mtaName} is denied: ${verdict.reason}`);
      return { outcome: "denied", code: "verdict-deny", reason: verdict.reason };
  }
}

/** The only road from a verdict to a socket, and it starts at a `Bind`. */
function callFrom(bind: Bind, askedAtMs: number, options: AssociateOptions): Promise<AssociateResult> {
  const { verdicts: _, localMtaName = bind.networkName, ...rest } = options;
  return call({ ...rest, localMtaName, source: fromVerdict(bind), completeByMs: askedAtMs + bind.validForMs });
}

function report(
  { partner, onEvent, localMtaName, wallClock = () => new Date() }: AssociateOptions,
  type: AssociationEvent["type"],
  code: AssociationCode,
  sentence: string,
): void {
  const at = wallClock().toISOString();
  onEvent?.({
    type,
    direction: "outbound",
    partner: partner.mtaName,
    mtaName: localMtaName ?? null,
    callingAddress: "",
    calledAddress: partner.host,
    code,
    sentence,
    at,
  });
}
