import { agentPlace, type AgentConfig, type AgentPlace, guardPath, loadAgentConfig } from "../agent-config.ts";
import { CliError } from "../errors.ts";
import { check, type Check } from "./check.ts";
import { failed, ok, skipped } from "./outcome.ts";

/** An agent's configuration, as far as it could be read. */
export type Configured =
  | { readonly kind: "none" }
  | { readonly kind: "faulty"; readonly file: string; readonly why: string }
  | { readonly kind: "read"; readonly file: string; readonly place: DoctorPlace };

export type DoctorPlace = AgentPlace & {
  readonly tokenFile: string | null;
  /** As what the world sees an address of this host, where that is another one. */
  readonly outsideAddresses: Readonly<Record<string, string>>;
  /** The domains that senders have whose mail leaves from a virtual server, by its group. */
  readonly senderDomains: Readonly<Record<string, readonly string[]>>;
  /** An SMTP server that is asked as whom it sees the virtual servers. */
  readonly smtpPeer: { readonly host: string; readonly port: number } | null;
  readonly guard: { readonly path: string; readonly isOwn: boolean };
  /** Where other agents reach this one, as the configuration says it; null: it does not. */
  readonly peerListen: string | null;
  /** Who may ask at the agent's sockets beside its user; null: the agent's own group. */
  readonly socketGroup: string | null;
  readonly socketmap: string | null;
  /** Types that the host takes; null: all that this version has. */
  readonly resourceTypes: readonly string[] | null;
};

/** @param options what the command line says beside the file, as `bridgehead agent` would take it */
export function configuredBy(file: string | undefined, options: Partial<AgentPlace>): Configured {
  if (file === undefined) return { kind: "none" };
  try {
    const config = loadAgentConfig(file);
    return { kind: "read", file, place: placeOf(options, config) };
  } catch (error) {
    if (error instanceof CliError) return { kind: "faulty", file, why: error.message.replaceAll(/\n\s*/g, "; ") };
    throw error;
  }
}

function placeOf(options: Partial<AgentPlace>, config: AgentConfig): DoctorPlace {
  // An agent that systemd starts has nothing of the environment of who asks: that counts where the file says nothing.
  const place = agentPlace({ ...config, ...options }, config);
  const guard = { path: guardPath(config, place.state), isOwn: config.guardSocket !== undefined };
  const { tokenFile = null, outsideAddresses = {}, senderDomains = {}, smtpPeer = null } = config;
  const { peerListen = null, socketGroup, socketmap = null, resourceTypes = null } = config;
  return {
    ...place,
    tokenFile,
    outsideAddresses,
    senderDomains,
    smtpPeer,
    guard,
    peerListen,
    socketGroup: socketGroup === undefined ? null : String(socketGroup),
    socketmap,
    resourceTypes,
  };
}

/** What all checks of one agent stand on. */
export const configCheck = "config";

export function configChecks(configured: Configured): Check[] {
  return [
    check({
      code: configCheck,
      subject: "configuration",
      gather: () => configured,
      judge: (found) => {
        switch (found.kind) {
          case "none":
            return skipped("no agent was named", "give --config FILE, the agent's configuration");
          case "faulty":
            return failed({
              what: found.why,
              cost: "the agent does not start",
              remedy: "mend it; bridgehead agent install prints one",
            });
          case "read":
            return ok(`${found.file} is for node ${found.place.node} of cluster ${found.place.cluster}`);
        }
      },
    }),
  ];
}
