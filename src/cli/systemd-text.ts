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

/**
 * Of `[Unit]`: systemd starts it again, however often. What keeps it from starting (a full disk, a token that is not there yet) ends some time,
 * and after five starts within ten seconds, which is what systemd bears by itself, nobody would start it then (systemd.unit(5)).
 */
export const withoutEnd: readonly string[] = ["StartLimitIntervalSec=0"];

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
