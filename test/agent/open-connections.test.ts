import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { countIn, countOpen, speaksWithout } from "../../src/agent/open-connections.ts";
import { until } from "../support/until.ts";

const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
/** A line as a little-endian host writes it. */
const line = (local: string, state: string): string =>
  `   1: ${local}:0019 0100007F:C350 ${state} 00000000:00000000 00:00000000 00000000     0        0 1527 1 0 20 4 30 10 -1`;
const mapped = "0000000000000000FFFF0000640200C0";

test("DR18 what is counted is what has begun, and what somebody has not heard all of", () => {
  const states = ["01", "02", "03", "04", "05", "06", "07", "08", "09", "0A", "0B", "0C"];
  const counted = states.filter((state) => countIn([head, line("640200C0", state)].join("\n"), "192.0.2.100") === 1);
  expect(counted).toEqual(["01", "04", "08", "09", "0B"]);
});

test("DR18 an address is its own end, in IPv4, mapped in a socket of IPv6, and in IPv6, and no other's", () => {
  const list = [
    head,
    line("640200C0", "01"),
    line("650200C0", "01"),
    line(mapped, "01"),
    // 2001:2:0:77::100
    line("02000120770000000000000000010000", "01"),
    "",
  ].join("\n");
  expect(countIn(list, "192.0.2.100")).toBe(2);
  expect(countIn(list, "192.0.2.101")).toBe(1);
  expect(countIn(list, "192.0.2.1")).toBe(0);
  expect(countIn(list, "2001:2:0:77::100")).toBe(1);
  expect(countIn(head, "192.0.2.100")).toBe(0);
});

test.each([
  ["127.0.78.1", "127.0.78.1"],
  ["127.0.78.1", "::"],
  ["::1", "::1"],
])("DR18 a connection of this host is counted while it is open: %s, listening on %s", async (address, listening) => {
  const before = await countOpen(address);
  const server = createServer({ allowHalfOpen: true }).listen({ host: listening, port: 0 });
  await once(server, "listening");
  expect(await countOpen(address)).toBe(before);
  const { port } = server.address() as AddressInfo;
  const accepted = once(server, "connection");
  const client = connect({ host: address, port, ...(address === "::1" ? {} : { localAddress: "127.0.78.2" }) });
  const [socket] = (await accepted) as [ReturnType<typeof connect>];
  const ends = address === "::1" ? 2 : 1;
  expect(await countOpen(address)).toBe(before + ends);
  client.end();
  await until(async () => (await countOpen(address)) === before + 1, 5_000, "the client's end");
  socket.end();
  await until(async () => (await countOpen(address)) === before, 5_000, "both ends");
  server.close();
});

test("LX15: a datagram socket that is bound to an address of IPv6 is found, and one of another address is none", async () => {
  const socket = createSocket("udp6").bind(0, "::1");
  await once(socket, "listening");
  expect(await speaksWithout("::1")).toBe(true);
  expect(await speaksWithout("2001:2:0:77::100")).toBe(false);
  expect(await speaksWithout("127.0.0.1")).toBe(false);
  socket.close();
});
