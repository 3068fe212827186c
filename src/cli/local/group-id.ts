import { execFileSync } from "node:child_process";
import { usageError } from "../errors.ts";

/** The number of a group of this host, by its name or number, wherever the host keeps its groups. Throws `CliError`. */
export function groupId(group: string): number {
  try {
    const [, , id] = execFileSync("getent", ["group", "--", group], { encoding: "utf8", stdio: "pipe" }).split(":");
    if (id !== undefined && /^\d+$/.test(id)) return Number(id);
  } catch {
    // getent says by its exit code that there is none.
  }
  throw usageError(`This host has no group ${group}`, {
    detail: "it is asked for by socketGroup, or --socket-group",
    hint: "Make it, as root: groupadd --system NAME",
  });
}
