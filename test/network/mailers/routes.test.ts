import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { maxRoutes } from "../../../src/mailers/routes.ts";
import { until } from "../../support/until.ts";
import { virtualAddress } from "../lan.ts";
import { cluster, expectOk, group, nodeNames, type Stage } from "../stage.ts";
import { kinds } from "./kinds.ts";
import { openMailStage } from "./mail-stage.ts";
import { recipient } from "./mailer.ts";

/** A second virtual server, whose partner takes mail from nobody else. */
const partner = { group: "Partner", address: virtualAddress.replace(/100$/, "101"), name: "PARTNERVS" } as const;
const partnersRecipient = "recipient@partner.test";

const fromMail = { from: virtualAddress, helo: "MAILVS" };
const fromPartner = { from: partner.address, helo: partner.name };

async function addPartner({ client }: Stage): Promise<void> {
  const properties = { Address: partner.address, SubnetMask: "255.255.255.0", Network: "client" };
  const resources = {
    IP: { type: "IP Address", properties },
    Name: { type: "Network Name", dependsOn: ["IP"], properties: { Name: partner.name } },
  };
  await expectOk(client.createGroup(cluster, { name: partner.group, preferredOwners: [...nodeNames], resources }));
  // It may be online by itself already.
  await client.commandGroup(cluster, partner.group, "online");
}

/** As many as there may be. These are longer, so that a mailer looks at each of them before the one that counts. */
const routes = [
  `partner.test=${partner.group}`,
  ...Array.from({ length: maxRoutes - 1 }, (_, n) => `somebody-else-${n}.test=${partner.group}`),
];

/** Resolves when each of these groups is online on its node, where it is moved to. */
async function place({ client }: Stage, owners: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, target] of Object.entries(owners)) {
    const isThere = async (): Promise<boolean> => {
      const found = (await expectOk(client.getCluster(cluster))).groups[name];
      return found?.owner === target && found.state === "Online";
    };
    if (await isThere()) continue;
    await expectOk(client.moveGroup(cluster, name, { target }));
    await until(isThere, 15_000, `${name} online on ${target}`);
  }
}

test.each(kinds)(
  "MA7 $name calls for each of two virtual servers from its own address, and holds the mail of one that is elsewhere alone",
  { timeout: 180_000 },
  async (kind) => {
    const { stage, owner: here, standby: elsewhere, folder, mailerOn, takenOf, close } = await openMailStage(kind);
    try {
      await addPartner(stage);
      const online = async (): Promise<boolean> =>
        (await expectOk(stage.client.getCluster(cluster))).groups[partner.group]?.state === "Online";
      await until(online, 15_000, partner.group);
      await place(stage, { [group]: here, [partner.group]: here });

      const tokenFile = join(folder, "reader.token");
      writeFileSync(tokenFile, (await expectOk(stage.client.createToken(cluster, { role: "reader" }))).token, {
        mode: 0o600,
      });
      const asked = ["--url", stage.url, "--token-file", tokenFile, ...routes.flatMap((route) => ["--route", route])];
      const { mailer } = await mailerOn(here, (at) => kind.open({ ...at, options: [...at.options, ...asked] }));
      const work = mailer.turn ?? mailer.flush;
      /** Resolves when this is what came of a message, and so many wait. */
      const comes = async (id: string, expected: readonly (typeof fromMail)[], waiting: number): Promise<void> => {
        const isSo = async (): Promise<boolean> => {
          await work();
          return takenOf(id).length >= expected.length && (await mailer.waiting()) === waiting;
        };
        await until(isSo, 60_000, id).catch((error: Error) => {
          throw new Error(`${error.message}\n${JSON.stringify(takenOf(id))}\n${mailer.log()}`);
        });
        // What should wait is tried once more.
        await work();
        expect(await mailer.waiting(), mailer.log()).toBe(waiting);
        expect(takenOf(id).toSorted((a, b) => (a.from < b.from ? -1 : 1))).toEqual(expected);
      };

      await mailer.submit("together@test", [recipient, partnersRecipient]);
      await comes("together@test", [fromMail, fromPartner], 0);

      await place(stage, { [partner.group]: elsewhere });
      await mailer.submit("apart@test", [partnersRecipient, recipient]);
      await comes("apart@test", [fromMail], 1);

      await place(stage, { [partner.group]: here, [group]: elsewhere });
      await comes("apart@test", [fromMail, fromPartner], 0);
      await mailer.submit("apart-again@test", [recipient, partnersRecipient]);
      await comes("apart-again@test", [fromPartner], 1);

      await place(stage, { [group]: here });
      await comes("apart-again@test", [fromMail, fromPartner], 0);
    } finally {
      await close();
    }
  },
);
