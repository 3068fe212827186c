/**
 * The version of what agents and control plane say to each other over a session. It is said before the first message, by the name of the
 * subprotocol (RFC 6455 section 1.9): so neither side has to read what it may not understand. The `protocol` of a hello is not it, and
 * stays 1.
 */
export const sessionProtocol = 2;

/**
 * What a control plane understands beside its own version, so that it can be updated before its agents.
 *
 * 1: named no subprotocol; its renewals need not say for how long their node may still hold (`ttlHeldMs`, GR13).
 */
export const understoodProtocols = [1, sessionProtocol] as const;
export type SessionProtocol = (typeof understoodProtocols)[number];

const unnamedProtocol = 1;
const prefix = "bridgehead-session.";

/** The subprotocol that an agent of this version offers, and a control plane takes. */
export function sessionSubprotocol(protocol: number): string {
  return `${prefix}${protocol}`;
}

/** What comes of what an agent offers. `isNamed`: it waits for the name of what was chosen. */
export type ChosenProtocol =
  | { readonly kind: "understood"; readonly protocol: SessionProtocol; readonly isNamed: boolean }
  | { readonly kind: "newer" | "older"; readonly offered: number };

/** Chooses the highest version that both sides know. @param header `Sec-WebSocket-Protocol`, as it came */
export function chooseProtocol(header: string | null): ChosenProtocol {
  const offered = offeredIn(header);
  const isNamed = offered.length > 0;
  const known = understoodProtocols.findLast((one) => (isNamed ? offered.includes(one) : one === unnamedProtocol));
  if (known !== undefined) return { kind: "understood", protocol: known, isNamed };
  const highest = Math.max(...offered);
  return { kind: highest > sessionProtocol ? "newer" : "older", offered: highest };
}

/** The version that a control plane has chosen. @param header `Sec-WebSocket-Protocol` of its answer; without one it is of before names */
export function answeredProtocol(header: string | undefined): number {
  return offeredIn(header ?? null)[0] ?? unnamedProtocol;
}

function offeredIn(header: string | null): number[] {
  return (header ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter((number) => /^\d{1,9}$/.test(number))
    .map(Number);
}
