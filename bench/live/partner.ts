// Runs on the peer: node bench/live/partner.ts PORT ADDRESS. Greets who calls from the address, sends everybody else away, and prints
// each call as a line of JSON. It swallows datagrams as well.
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { monotonicMs } from "../../src/mta/clock.ts";

const [port = "", welcome = ""] = process.argv.slice(2);

const server = createServer((socket) => {
  const { remoteAddress: from = "", remotePort = 0 } = socket;
  process.stdout.write(`${JSON.stringify({ at: monotonicMs(), from, port: remotePort })}\n`);
  socket.on("error", () => socket.destroy());
  socket.resume();
  if (from === welcome) socket.write("220\n");
  else socket.end("550\n");
});
server.listen(Number(port), "0.0.0.0");
createSocket("udp6")
  .on("message", () => {})
  .bind(Number(port));
