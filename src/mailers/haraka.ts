import { type AgentSockets, optionsText, type Section } from "./mailer.ts";

/**
 * Haraka 3, as it loads a plugin from a file of its folder.
 *
 * @param plugin path of the module with the hook
 * @param relay the next hop of all mail, `host` or `host:port`; null: that of each domain
 */
export function harakaSections(sockets: AgentSockets, plugin: string, relay: string | null): Section[] {
  const resolve =
    relay === null
      ? 'const { get_mx: resolve } = require("haraka-net-utils");'
      : `const { HarakaMx } = require("haraka-net-utils");\nconst resolve = () => [new HarakaMx(${JSON.stringify(relay)})];`;
  return [
    {
      place: "plugins/bridgehead.js, in Haraka's folder",
      text: `const { getMx } = require(${JSON.stringify(plugin)});
${resolve}

exports.hook_get_mx = getMx(${optionsText(sockets)}, { OK, DENYSOFT, DENY, resolve });
`,
    },
    { place: "config/plugins, before any other plugin that has the hook get_mx", text: "bridgehead\n" },
  ];
}
