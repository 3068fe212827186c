import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";

/** What a program writes, kept in a file of so many bytes at most, and in the one before it. */
const largestBytes = 1_048_576;
const longestLine = 500;

export type Output = {
  readonly write: (data: Buffer) => void;
  /** The last line that is not empty, cut to what fits into a sentence. */
  readonly lastLine: () => string;
  readonly close: () => void;
};

/** Appends to `NAME.log`; when that is full it becomes `NAME.log.1`. A disk that is full costs the output, and not the program. */
export function openOutput(folder: string, name: string): Output {
  const file = join(folder, `${name}.log`);
  let size = sizeOf(file);
  let tail = "";
  let isOpen = true;

  function append(data: Buffer): void {
    try {
      if (size === 0) mkdirSync(folder, { recursive: true, mode: 0o700 });
      if (size + data.length > largestBytes && size > 0) {
        renameSync(file, `${file}.1`);
        size = 0;
      }
      appendFileSync(file, data, { mode: 0o600 });
      size += data.length;
    } catch {
      // It is kept for people, and nothing depends on it.
    }
  }

  return {
    write: (data) => {
      tail = (tail + data.toString("utf8")).slice(-4 * longestLine);
      if (isOpen) append(data);
    },
    lastLine: () => (tail.split("\n").findLast((line) => line.trim() !== "") ?? "").trim().slice(0, longestLine),
    close: () => {
      isOpen = false;
    },
  };
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}
