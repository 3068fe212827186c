// A unix socket that answers each line with the same line, as quickly as Node does it: node socket.ts PATH
import { createServer } from "node:net";

const answer = "BIND 127.0.1.100 EXCHVS 1 1500\n";
const newline = 10;

createServer((socket) => {
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    let lines = 0;
    for (const octet of chunk) if (octet === newline) lines += 1;
    socket.write(answer.repeat(lines));
  });
}).listen(process.argv[2]);
