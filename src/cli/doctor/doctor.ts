import type { ClusterDefinition } from "../../cluster/definition/definition.ts";
import { agentChecks } from "./agent.ts";
import { type Finding, runChecks } from "./check.ts";
import { nodeChecks, sharedWith, wayChecks } from "./control-plane.ts";
import { definitionChecks } from "./definition.ts";
import { hostFacts } from "./facts.ts";
import { hostChecks } from "./host.ts";
import { mailChecks, peerCheckMs } from "./mail.ts";
import { outageChecks } from "./outage.ts";
import { configChecks, type Configured, type DoctorPlace } from "./place.ts";
import type { Reader } from "./reader.ts";
import { storageChecks, writeChecks } from "./storage.ts";

/** For all checks together, in milliseconds, but for a peer that is to be greeted: who waits for a doctor is ill already. */
const withinMs = 9_000;

/**
 * Looks at this host as an agent would find it. It changes nothing.
 * @param reader who may read the definition
 * @param data the folder of a control plane on this host; null: it was not named
 */
export function examine(configured: Configured, reader: Reader, data: string | null): Promise<Finding[]> {
  const place = (): DoctorPlace => {
    if (configured.kind === "read") return configured.place;
    throw new Error("a check of an agent was made without its configuration");
  };
  const facts = hostFacts(() => (configured.kind === "read" ? configured.place.socket : null));
  const { checks: ofDefinition, definition } = definitionChecks(facts, place, reader);
  const read = (): ClusterDefinition => {
    const found = definition();
    if (found === null) throw new Error("a check was made before the one that it stands on");
    return found;
  };
  const sharesHost = async (): Promise<boolean> =>
    configured.kind === "read" && (await sharedWith(configured.place)).length > 0;
  // The order in which they are read: what stands on something comes after it.
  const checks = [
    ...hostChecks(facts),
    ...configChecks(configured),
    ...agentChecks(facts, place),
    ...wayChecks(place),
    ...storageChecks(data, sharesHost),
    ...ofDefinition,
    ...nodeChecks(place, definition),
    ...writeChecks(place, reader),
    ...outageChecks(place, read, reader),
    ...mailChecks(place, read),
  ];
  const hasPeer = configured.kind === "read" && configured.place.smtpPeer !== null;
  return runChecks(checks, hasPeer ? withinMs + peerCheckMs : withinMs);
}
