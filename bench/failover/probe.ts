// Runs on the peer: node bench/failover/probe.ts ADDRESS PORT. Connects each 20 ms, and prints when each connection was there.
import { connect } from "node:net";

const [address = "", port = ""] = process.argv.slice(2);
const everyMs = 20;
const patienceMs = 250;

function attempt(): void {
  const socket = connect({ host: address, port: Number(port) });
  const timer = setTimeout(() => socket.destroy(), patienceMs);
  socket.once("connect", () => {
    process.stdout.write(`${(performance.timeOrigin + performance.now()).toFixed(2)}\n`);
    // A reset leaves nothing behind on either side.
    socket.resetAndDestroy();
  });
  socket.on("error", () => socket.destroy());
  socket.once("close", () => clearTimeout(timer));
}

setInterval(attempt, everyMs);
