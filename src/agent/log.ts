/** What an agent writes about itself: a stable code for machines, a sentence or detail for people. */
export type LogLevel = "info" | "warning" | "error";
export type LogFormat = "json" | "text";
export type Log = (level: LogLevel, code: string, detail: string) => void;

export type LogOptions = {
  readonly format: LogFormat;
  /** Who speaks: `agent NODE1`. */
  readonly source: string;
  /** What must never be written, whoever puts it into a detail. Texts under eight characters are not looked for. */
  readonly secrets?: () => readonly string[];
  readonly write?: (line: string) => void;
  readonly wallClock?: () => Date;
};

const shortestSecret = 8;

/** A log of lines on stderr: JSON, or time, level, code and detail. Secrets come out as `[secret]`. */
export function createLog(options: LogOptions): Log {
  const { format, source, secrets = () => [], write = writeToStderr, wallClock = () => new Date() } = options;
  return (level, code, detail) => {
    const hidden = secrets().filter((secret) => secret.length >= shortestSecret);
    const at = wallClock().toISOString();
    const safe = hidden.reduce((text, secret) => text.replaceAll(secret, "[secret]"), detail);
    write(
      format === "json"
        ? JSON.stringify({ at, level, source, code, detail: safe })
        : `${at} ${level} ${source} ${code}: ${safe.replaceAll("\n", " ")}`,
    );
  };
}

function writeToStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}
