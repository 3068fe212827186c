import { lookup } from "../../cluster/definition/definition.ts";
import type { DriverFactory } from "./driver.ts";
import { isHostsOwn, loopbackAddress } from "./loopback-address.ts";

/** An address of 127.0.0.0/8 needs nothing of the host; every other one is put on it. */
export function ipAddress(onHost: DriverFactory): DriverFactory {
  return (context) => {
    const address = String(lookup(context.spec.properties, "Address"));
    return (isHostsOwn(address) ? loopbackAddress : onHost)(context);
  };
}
