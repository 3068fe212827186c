// Runs on each node: node bench/failover/listener.ts PORT. Takes whatever is called at any address of its host.
import { createServer } from "node:net";

const server = createServer((socket) => {
  socket.on("error", () => socket.destroy());
  socket.resume();
});
server.listen(Number(process.argv[2]), "0.0.0.0", () => process.stdout.write("listening\n"));
