import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../support/until.ts";
import { virtualAddress } from "../lan.ts";
import { cluster, expectOk, group } from "../stage.ts";
import { answerers } from "./doubtful.ts";
import { type Kind, kinds } from "./kinds.ts";
import { type MailerOnNode, type MailStage, openMailStage } from "./mail-stage.ts";

// All kinds on one stage, side by side: what one of them waits for is no time of another one's.
let stage: MailStage;
const mailers = new Map<Kind, Readonly<Record<"here" | "there", MailerOnNode>>>();

beforeAll(async () => {
  stage = await openMailStage();
  const open = async (kind: Kind): Promise<void> => {
    const [here, there] = await Promise.all([stage.owner, stage.standby].map((node) => stage.mailerOn(node, kind)));
    if (here !== undefined && there !== undefined) mailers.set(kind, { here, there });
  };
  await Promise.all(kinds.map(open));
});
afterAll(() => stage.close());

function on(kind: Kind, side: "here" | "there"): MailerOnNode {
  const found = mailers.get(kind)?.[side];
  if (found === undefined) throw new Error(`there is no ${kind.name}`);
  return found;
}

const idOf = (what: string, kind: Kind): string => `${what}@${kind.name.toLowerCase()}.test`;
/** Postfix keeps its last answer for half a minute: whoever answers is asked again for another recipient. */
const recipientOf = (what: string): string => `${what}@dest.test`;
const fromVip = [{ from: virtualAddress, helo: "MAILVS" }];

test.concurrent.each(kinds)(
  "MA1 $name calls from the virtual IP and under its name",
  { timeout: 60_000 },
  async (kind) => {
    const { mailer } = on(kind, "here");
    const id = idOf("at-the-owner", kind);
    await mailer.submit(id, [recipientOf("lasting")]);
    await mailer.flush();
    await until(() => stage.takenOf(id).length > 0, 20_000, "a message").catch((error: Error) => {
      throw new Error(`${error.message}\n${mailer.log()}`);
    });
    expect(stage.takenOf(id)).toEqual(fromVip);
  },
);

test.concurrent.each(kinds)(
  "MA1 $name keeps its mail on a node that may not call, whoever answers it there",
  { timeout: 120_000 },
  async (kind) => {
    const { mailer, asked } = on(kind, "there");
    for (const [index, answerer] of answerers.entries()) {
      asked.lead(answerer);
      const before = asked.timesAsked();
      await mailer.submit(idOf(answerer, kind), [recipientOf(answerer)]);
      const isAsked = async (): Promise<void> => {
        if (answerer === "agent" || answerer === "nobody") return;
        await until(() => asked.timesAsked() > before, 20_000, `that ${answerer} is asked`);
        if (answerer === "silent" && !kind.isImpatient) asked.lead("empty");
      };
      await Promise.all([mailer.flush(), isAsked()]);
      expect(await mailer.waiting(), `${answerer}\n${mailer.log()}`).toBe(index + 1);
    }
    expect(answerers.flatMap((answerer) => stage.takenOf(idOf(answerer, kind)))).toEqual([]);
  },
);

describe("after a failover", () => {
  beforeAll(async () => {
    await expectOk(stage.stage.client.moveGroup(cluster, group, { target: stage.standby }));
    await stage.stage.ownerIs(stage.standby);
  }, 60_000);

  test.concurrent.each(kinds)("MA1 $name delivers once what has waited", { timeout: 120_000 }, async (kind) => {
    const { mailer } = on(kind, "there");
    const areDelivered = async (): Promise<boolean> => {
      await mailer.flush();
      return (await mailer.waiting()) === 0 && answerers.every((one) => stage.takenOf(idOf(one, kind)).length > 0);
    };
    await until(areDelivered, 60_000, "an empty queue").catch((error: Error) => {
      throw new Error(`${error.message}\n${mailer.log()}`);
    });
    for (const answerer of answerers) expect(stage.takenOf(idOf(answerer, kind)), answerer).toEqual(fromVip);
  });

  test.concurrent.each(kinds)("MA1 $name keeps its mail where the group was", { timeout: 60_000 }, async (kind) => {
    const { mailer } = on(kind, "here");
    const id = idOf("at-the-former-owner", kind);
    // What Postfix has kept of the answer is no longer true.
    await mailer.submit(id, [recipientOf("lasting")]);
    await mailer.flush();
    expect(await mailer.waiting(), mailer.log()).toBe(1);
    expect(stage.takenOf(id)).toEqual([]);
  });
});
