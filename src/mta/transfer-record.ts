import { readFile } from "node:fs/promises";
import { isMissing } from "./error-code.ts";

/** What is written of a message that is on its way in: its data as it comes, and the points up to which it is secured. */
export type TransferRecord =
  | { readonly kind: "data"; readonly data: Uint8Array }
  | { readonly kind: "point"; readonly serial: number };

export type TransferRecords = {
  /** All data, one after the other. */
  readonly octets: Uint8Array;
  readonly points: readonly Point[];
};

/** A point, where its record ends in the file, and how many octets of the message come before it. */
export type Point = { readonly serial: number; readonly end: number; readonly length: number };

/** A letter and four octets, big-endian: how much data follows, or the point's serial number. */
const headerLength = 5;
const letters = { data: 0x44, point: 0x50 } as const;

export function recordOf(record: TransferRecord): Uint8Array {
  const header = Buffer.alloc(headerLength);
  header.writeUInt8(letters[record.kind]);
  header.writeUInt32BE(record.kind === "data" ? record.data.length : record.serial, 1);
  return record.kind === "data" ? Buffer.concat([header, record.data]) : header;
}

/** What a file holds, as far as it is whole: a crash may have cut off its last record. Null: it is not there. */
export async function readRecords(path: string): Promise<TransferRecords | null> {
  const file = await readFile(path).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (file === null) return null;
  const data: Uint8Array[] = [];
  const points: Point[] = [];
  let length = 0;
  for (let at = 0; at + headerLength <= file.length;) {
    const value = file.readUInt32BE(at + 1);
    const start = at + headerLength;
    if (file[at] === letters.point) {
      points.push({ serial: value, end: start, length });
      at = start;
    } else if (file[at] === letters.data && start + value <= file.length) {
      data.push(file.subarray(start, start + value));
      length += value;
      at = start + value;
    } else break;
  }
  return { octets: Buffer.concat(data), points };
}
