/** What the units of all services have in common. */

export type UnitFile = { readonly name: string; readonly text: string };

export const unitFolder = "/etc/systemd/system";

/** Each of these gives the service a mount namespace of its own, where what it mounts is seen by nobody else (systemd.exec(5)). */
export const ownView: readonly string[] = [
  "ProtectSystem=strict",
  "ProtectHome=read-only",
  "ProtectClock=yes",
  "ProtectHostname=yes",
  "ProtectKernelLogs=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelTunables=yes",
  "ProtectControlGroups=yes",
  "PrivateTmp=yes",
];

/** Whatever a service is given beside, it gets no more. */
export const noMore: readonly string[] = [
  "NoNewPrivileges=yes",
  "RestrictNamespaces=yes",
  "RestrictSUIDSGID=yes",
  "LockPersonality=yes",
  "SystemCallArchitectures=native",
];

export function unit(sections: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(sections)
    .map(([name, lines]) => `[${name}]\n${lines.join("\n")}\n`)
    .join("\n");
}

/** systemd splits at spaces, and reads `%` and `$` as its own (systemd.service, COMMAND LINES). */
export function execOf(words: readonly string[]): string {
  return words
    .map((word) => word.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%").replaceAll("$", "$$$$"))
    .map((word) => (/\s|["']/.test(word) ? `"${word}"` : word))
    .join(" ");
}
