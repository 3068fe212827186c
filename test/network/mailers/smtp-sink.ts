import { writeSync } from "node:fs";
import { SMTPServer } from "smtp-server";

/**
 * A mail server that takes every message, and says of each, as a line of JSON, who brought it. What it has said it has confirmed, or is
 * about to. Arguments: address, port.
 */
const [, , host = "", port = ""] = process.argv;

const server = new SMTPServer({
  disabledCommands: ["AUTH", "STARTTLS"],
  disableReverseLookup: true,
  onData(stream, { remoteAddress, hostNameAppearsAs }, taken) {
    let text = "";
    stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    stream.on("end", () => {
      const [, id = ""] = /^Message-ID:\s*<([^>]+)>/im.exec(text) ?? [];
      writeSync(1, `${JSON.stringify({ from: remoteAddress, helo: hostNameAppearsAs, id, at: Date.now() })}\n`);
      taken();
    });
  },
});
server.on("error", (error) => process.stderr.write(`${error.message}\n`));
server.listen(Number(port), host, () => writeSync(1, "listening\n"));
