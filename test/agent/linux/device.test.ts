import { expect, test } from "vitest";
import { deviceFor } from "../../../src/agent/linux/device.ts";
import { DriverError } from "../../../src/agent/drivers/driver.ts";

const host = [
  { device: "lo", address: "127.0.0.1", prefix: 8 },
  { device: "eth0", address: "192.0.2.1", prefix: 24 },
  { device: "eth1", address: "192.0.0.1", prefix: 16 },
  { device: "eth1", address: "192.0.2.100", prefix: 32 },
  { device: "eth1", address: "2001:db8::1", prefix: 64 },
].map((one) => ({ ...one, isForever: true }));

test.each([
  ["192.0.2.100", "eth0", "the narrowest network, and no address that is alone in its prefix"],
  ["192.0.3.7", "eth1", "the only network"],
  ["2001:db8::100", "eth1", "IPv6 as IPv4"],
])("LX1: %s belongs on %s: %s", (address, device) => {
  expect(deviceFor(address, host)).toBe(device);
});

test("LX5: an address in no network of the host is refused, with those that there are", () => {
  const refused = () => deviceFor("198.51.100.1", host);
  expect(refused).toThrow(DriverError);
  expect(refused).toThrow(/192\.0\.2\.1\/24 on eth0/);
  expect(refused).not.toThrow(/192\.0\.2\.100/);
});
