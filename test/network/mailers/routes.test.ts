import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { maxRoutes } from "../../../src/mailers/routes.ts";
import { until } from "../../support/until.ts";
import { virtualAddress } from "../lan.ts";
import { cluster, expectOk, group, nodeNames, type Stage } from "../stage.ts";
import { type Kind, kinds } from "./kinds.ts";
import { type MailStage, openMailStage } from "./mail-stage.ts";
import type { RealMailer } from "./mailer.ts";

/** A second virtual server, whose partner takes mail from nobody else. */
const partner = { group: "Partner", address: virtualAddress.replace(/100$/, "101"), name: "PARTNERVS" } as const;

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
  const isOnline = async (): Promise<boolean> =>
    (await expectOk(client.getCluster(cluster))).groups[partner.group]?.state === "Online";
  await until(isOnline, 15_000, partner.group);
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

// All kinds on one stage, side by side: what one of them waits for is no time of another one's.
let stage: MailStage;
const mailers = new Map<Kind, RealMailer>();

beforeAll(async () => {
  stage = await openMailStage();
  await addPartner(stage.stage);
  await place(stage.stage, { [group]: stage.owner, [partner.group]: stage.owner });
  const tokenFile = join(stage.folder, "reader.token");
  const { token } = await expectOk(stage.stage.client.createToken(cluster, { role: "reader" }));
  writeFileSync(tokenFile, token, { mode: 0o600 });
  const asked = ["--url", stage.stage.url, "--token-file", tokenFile, ...routes.flatMap((route) => ["--route", route])];
  const open = async (kind: Kind): Promise<void> => {
    const routed: Kind = { ...kind, open: (at) => kind.open({ ...at, options: [...at.options, ...asked] }) };
    mailers.set(kind, (await stage.mailerOn(stage.owner, routed)).mailer);
  };
  await Promise.all(kinds.map(open));
});
afterAll(() => stage.close());

function mailerOf(kind: Kind): RealMailer {
  const found = mailers.get(kind);
  if (found === undefined) throw new Error(`there is no ${kind.name}`);
  return found;
}

const idOf = (what: string, kind: Kind): string => `${what}@${kind.name.toLowerCase()}.test`;

/** A message to somebody, and to somebody of the partner's; others than those of the messages before, whom Postfix has an answer for. */
const submit = (what: string, kind: Kind): Promise<void> =>
  mailerOf(kind).submit(idOf(what, kind), [`${what}@partner.test`, `${what}@dest.test`]);

/** Resolves when this is what came of a message, and so many wait. */
async function comes(what: string, kind: Kind, expected: readonly (typeof fromMail)[], waiting: number): Promise<void> {
  const mailer = mailerOf(kind);
  const id = idOf(what, kind);
  const work = mailer.turn ?? mailer.flush;
  const isSo = async (): Promise<boolean> => {
    await work();
    return stage.takenOf(id).length >= expected.length && (await mailer.waiting()) === waiting;
  };
  await until(isSo, 60_000, id).catch((error: Error) => {
    throw new Error(`${error.message}\n${JSON.stringify(stage.takenOf(id))}\n${mailer.log()}`);
  });
  // What should wait is tried once more.
  await work();
  expect(await mailer.waiting(), mailer.log()).toBe(waiting);
  expect(stage.takenOf(id).toSorted((a, b) => (a.from < b.from ? -1 : 1))).toEqual(expected);
}

const timeout = 120_000;

test.concurrent.each(kinds)(
  "MA7 $name calls for each of two virtual servers from its own address",
  { timeout },
  async (kind) => {
    await submit("together", kind);
    await comes("together", kind, [fromMail, fromPartner], 0);
  },
);

describe("with the partner's elsewhere", () => {
  beforeAll(() => place(stage.stage, { [partner.group]: stage.standby }), 60_000);

  test.concurrent.each(kinds)("MA7 $name holds its mail, and that alone", { timeout }, async (kind) => {
    await submit("apart", kind);
    await comes("apart", kind, [fromMail], 1);
  });
});

describe("with the partner's back, and the other one elsewhere", () => {
  beforeAll(() => place(stage.stage, { [partner.group]: stage.owner, [group]: stage.standby }), 60_000);

  test.concurrent.each(kinds)(
    "MA7 $name sends what has waited, and holds the other's mail",
    { timeout },
    async (kind) => {
      await submit("apart-again", kind);
      await comes("apart", kind, [fromMail, fromPartner], 1);
      await comes("apart-again", kind, [fromPartner], 1);
    },
  );
});

describe("with both back", () => {
  beforeAll(() => place(stage.stage, { [group]: stage.owner }), 60_000);

  test.concurrent.each(kinds)("MA7 $name sends what has waited of either", { timeout }, async (kind) => {
    await submit("together-again", kind);
    for (const what of ["apart-again", "together-again"]) await comes(what, kind, [fromMail, fromPartner], 0);
  });
});
