// Runs on a node: node bench/live/mumbler.ts PORT SOURCE DESTINATION [SOURCE DESTINATION]. Asks nobody, and sends a datagram from each
// source whenever the host has it: what gets out is what the fences let out.
import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";

const [port = "", ...ways] = process.argv.slice(2);
const everyMs = 20;

function mumble(source: string, destination: string): void {
  const socket = createSocket(isIPv6(source) ? "udp6" : "udp4");
  let isBound = false;
  const again = (): void => {
    clearInterval(timer);
    socket.close();
    setTimeout(() => mumble(source, destination), everyMs);
  };
  // The address is not here, or its sockets were ended: the next one tries.
  socket.once("error", again);
  socket.bind(0, source, () => (isBound = true));
  // One that stays bound sends again as soon as it can.
  const timer = setInterval(() => {
    if (isBound) socket.send("m", Number(port), destination, () => {});
  }, everyMs);
}

for (let index = 0; index + 1 < ways.length; index += 2) mumble(ways[index] ?? "", ways[index + 1] ?? "");
