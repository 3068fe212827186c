import { agentChecks } from "./agent.ts";
import { type Finding, runChecks } from "./check.ts";
import { nodeChecks, wayChecks } from "./control-plane.ts";
import { definitionChecks } from "./definition.ts";
import { hostFacts } from "./facts.ts";
import { hostChecks } from "./host.ts";
import { mailChecks, peerCheckMs } from "./mail.ts";
import { configChecks, type Configured, type DoctorPlace } from "./place.ts";
import type { Reader } from "./reader.ts";

/** For all checks together, in milliseconds, but for a peer that is to be greeted: who waits for a doctor is ill already. */
const withinMs = 9_000;

/** Looks at this host as an agent would find it. It changes nothing. @param reader who may read the definition */
export function examine(configured: Configured, reader: Reader): Promise<Finding[]> {
  const place = (): DoctorPlace => {
    if (configured.kind === "read") return configured.place;
    throw new Error("a check of an agent was made without its configuration");
  };
  const facts = hostFacts(() => (configured.kind === "read" ? configured.place.socket : null));
  const { checks: ofDefinition, definition } = definitionChecks(facts, place, reader);
  // The order in which they are read: what stands on something comes after it.
  const checks = [
    ...hostChecks(facts),
    ...configChecks(configured),
    ...agentChecks(facts, place),
    ...wayChecks(place),
    ...ofDefinition,
    ...nodeChecks(place, definition),
    ...mailChecks(place, () => {
      const read = definition();
      if (read === null) throw new Error("a check was made before the one that it stands on");
      return read;
    }),
  ];
  const hasPeer = configured.kind === "read" && configured.place.smtpPeer !== null;
  return runChecks(checks, hasPeer ? withinMs + peerCheckMs : withinMs);
}
