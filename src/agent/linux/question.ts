import { createSocket } from "node:dgram";

/**
 * Has the kernel ask for two other addresses from this IPv4 address of the host, by ARP. Everybody on the link hears the question, and who
 * knows the asker under another hardware address takes the new one (RFC 826, "Packet Reception"). It starts no process, so that it is on the
 * wire before any announcement. A datagram without content to port 9 (RFC 863) is what it takes. When the kernel knows both of them already
 * it asks nobody, and with `arp_announce` 2 in the name of another address: then the announcements have to do.
 */
export function askFrom(address: string): void {
  const socket = createSocket({ type: "udp4", lookup: (name, _options, found) => found(null, name, 4) });
  socket.unref();
  // The address may have gone again.
  socket.once("error", () => socket.close());
  socket.bind({ address, port: 0, exclusive: true }, () => {
    const others = besides(address);
    let sent = 0;
    for (const other of others) {
      socket.send("", discardPort, other, () => {
        sent += 1;
        if (sent === others.length) socket.close();
      });
    }
  });
}

const discardPort = 9;

/** Those that differ from it in one of the last two bits: both, or nearly always one of them, are in its network. */
function besides(address: string): string[] {
  const octets = address.split(".");
  const last = Number(octets.pop());
  return [1, 2].map((bit) => [...octets, last ^ bit].join("."));
}
