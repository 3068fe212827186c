import { expect, test } from "vitest";
import { createLog, type LogFormat } from "../../src/agent/log.ts";

const wallClock = (): Date => new Date("2026-11-22T12:00:00Z");

function logged(format: LogFormat, code: string, detail: string): string {
  const lines: string[] = [];
  const token = "a-token-of-256-bits";
  createLog({ format, source: "NODE1", secrets: () => [token], wallClock, write: (line) => lines.push(line) })(
    "info",
    code,
    detail,
  );
  return lines.join("\n");
}

test.each<LogFormat>(["json", "text"])(
  "AG8 the token is never written, whoever puts it into a sentence (%s)",
  (format) => {
    const line = logged(format, "connection-error", "GET /?token=a-token-of-256-bits failed");
    expect(line).not.toContain("a-token");
    expect(line).toContain("[secret]");
  },
);

test("AG8 a record is one line, with a stable code", () => {
  expect(logged("text", "joined", "two\nlines")).toBe("2026-11-22T12:00:00.000Z info NODE1 joined: two lines");
  expect(JSON.parse(logged("json", "joined", "two\nlines"))).toEqual({
    at: "2026-11-22T12:00:00.000Z",
    level: "info",
    source: "NODE1",
    code: "joined",
    detail: "two\nlines",
  });
});
