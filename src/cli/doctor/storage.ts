import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { protocolLimits } from "../../protocol/limits.ts";
import { CliError } from "../errors.ts";
import { checkData } from "../workerd/data-check.ts";
import { roomWarning } from "../workerd/data-room.ts";
import { isServed } from "../workerd/served.ts";
import { check, type Check } from "./check.ts";
import { askedWithinMs, clientFor } from "./control-plane.ts";
import { inodeOf, isForbidden } from "./facts.ts";
import { type DataFound, judgeData, judgeFolder, judgeRoom, judgeWrites } from "./judge/storage.ts";
import type { DoctorPlace } from "./place.ts";
import type { Reader } from "./reader.ts";

/** Data beyond this is not copied to be looked at: bytes. */
const mostCopied = 256 * 1024 * 1024;
const copiedWithinMs = 5_000;

/**
 * The storage of the control plane, where it is on this host.
 * @param data the folder of `bridgehead serve`; null: not given
 * @param sharesHost whether the control plane that the agent asks is here
 */
export function storageChecks(data: string | null, sharesHost: () => Promise<boolean>): Check[] {
  const folder = data ?? "";
  const needs = ["data-folder"];
  const whenGiven = <T>(found: () => T): T | null => (data === null ? null : found());
  return [
    check({
      code: "data-folder",
      subject: "control plane's folder",
      gather: async () => (data === null ? await sharesHost() : false),
      judge: (isHere) => judgeFolder(data, inodeOf(folder), isHere),
    }),
    check({
      code: "data-room",
      subject: "control plane's disk",
      needs,
      gather: () => whenGiven(() => ({ room: roomWarning(folder) })),
      judge: (found) => (found === null ? null : judgeRoom(found.room)),
    }),
    check({
      code: "data",
      subject: "control plane's data",
      needs,
      withinMs: copiedWithinMs,
      gather: () => whenGiven(() => lookAtData(folder)),
      judge: (found) => (found === null ? null : judgeData(found)),
    }),
  ];
}

/** What the control plane tells of its own storage, wherever it is. */
export function writeChecks(place: () => DoctorPlace, reader: Reader): Check[] {
  return [
    check({
      code: "writes",
      subject: "control plane's writes",
      needs: ["definition"],
      withinMs: askedWithinMs,
      gather: async () => {
        const client = clientFor(place(), reader.kind === "token" ? reader.token : null);
        const view = await client.getCluster(place().cluster);
        if (!view.ok) return null;
        const after = Math.max(0, view.value.lastEvent - protocolLimits.eventsPage);
        const newest = await client.events(place().cluster, after, protocolLimits.eventsPage);
        return newest.ok ? newest.value.events : null;
      },
      judge: (entries) =>
        entries === null
          ? null
          : judgeWrites(
              entries.filter(({ kind }) => kind === "object.unwritable"),
              Date.now(),
            ),
    }),
  ];
}

/** A copy of it: SQLite writes beside a database that it only reads, and who asks may be somebody else than who serves. */
async function lookAtData(folder: string): Promise<DataFound> {
  if (isServed(folder)) return { kind: "served" };
  const copy = mkdtempSync(join(tmpdir(), "bridgehead-doctor-"));
  try {
    const data = join(folder, "data");
    if (inodeOf(data).kind === "absent") return { kind: "looked", lost: [] };
    if (sizeOf(data) > mostCopied) {
      return {
        kind: "not-looked",
        why: "no control plane runs on it, and its data is too much to be copied and looked at here",
        remedy: "bridgehead serve looks at it when it starts",
      };
    }
    cpSync(data, join(copy, "data"), { recursive: true });
    return { kind: "looked", lost: await checkData(copy) };
  } catch (error) {
    if (error instanceof CliError) {
      const { detail = error.message, hint = "start it with bridgehead serve, which says more" } = error.parts;
      return { kind: "damaged", why: detail.replaceAll(copy, folder), remedy: hint };
    }
    if (isForbidden(error)) {
      const why = `this user may not look at the data in ${folder}`;
      return { kind: "not-looked", why, remedy: "run bridgehead doctor as root, or as who runs bridgehead serve" };
    }
    throw error;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(join(folder, name)).size)
    .reduce((sum, size) => sum + size, 0);
}
