import type { Socket } from "node:net";

/** A peer that writes a line longer than this is not one of ours. */
const longestLine = 1_048_576;

/**
 * Reads JSON objects, one a line. What is no JSON, or too long, ends the connection. `heard` gets what was parsed, and judges
 * it.
 */
export function readJsonLines(socket: Socket, heard: (value: unknown) => void): void {
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > longestLine) return void socket.destroy();
    for (const line of lines) {
      try {
        heard(JSON.parse(line));
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        return void socket.destroy();
      }
    }
  });
}

export function writeJsonLine(socket: Socket, value: object): void {
  socket.write(`${JSON.stringify(value)}\n`);
}
