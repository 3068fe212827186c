import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { PageShell } from "../support/page-shell.ts";

/** The cluster that the guides name, on addresses of 127.0.0.0/8 of which nothing else here has one. */
export function writeMailCluster({ folder }: PageShell, net: string): void {
  const definition = {
    cluster: "mail",
    lease: "lan",
    networks: { lan: { cidr: `${net}.0/24` } },
    nodes: { NODE1: { address: `${net}.1` }, NODE2: { address: `${net}.2` } },
    groups: {
      Mail: {
        preferredOwners: ["NODE1", "NODE2"],
        resources: {
          IP: {
            type: "IP Address",
            properties: { Address: `${net}.100`, SubnetMask: "255.255.255.0", Network: "lan" },
          },
          Name: { type: "Network Name", dependsOn: ["IP"], properties: { Name: "MAIL" } },
        },
      },
    },
  };
  writeFileSync(join(folder, "mail.yaml"), stringify(definition));
}
