import type { Route } from "./routes.ts";

/** The group of a virtual server, and where the agent of this host tells of it. */
export type AgentSockets = {
  readonly group: string;
  /** Path of the agent's local socket: a question a line. */
  readonly socket: string;
  /** The agent's configuration: a host where it is not there belongs to no cluster. */
  readonly configFile: string;
  /** Whose mail another group calls for. */
  readonly routes: readonly Route[];
};

/** The agent of this host as a program names it to `sourceAddresses`, as text of JavaScript. */
export function optionsText({ group, socket, configFile, routes }: AgentSockets): string {
  const byDomain = Object.fromEntries(routes.map((route) => [route.domain, route.group]));
  const options = { group, socketPath: socket, configFile, ...(routes.length === 0 ? {} : { routes: byDomain }) };
  return `{ ${Object.entries(options)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(", ")} }`;
}

/** What a virtual server is known by from outside. */
export type VirtualServer = {
  /** The virtual IP. */
  readonly address: string;
  /** The name to speak under: EHLO. */
  readonly networkName: string;
};

/** Part of a mailer's configuration: where it goes, and what goes there. */
export type Section = { readonly place: string; readonly text: string };
