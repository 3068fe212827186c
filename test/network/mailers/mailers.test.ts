import { expect, test } from "vitest";
import { until } from "../../support/until.ts";
import { virtualAddress } from "../lan.ts";
import { cluster, expectOk, group } from "../stage.ts";
import { answerers } from "./doubtful.ts";
import { kinds } from "./kinds.ts";
import { openMailStage } from "./mail-stage.ts";

const fromVip = [{ from: virtualAddress, helo: "MAILVS" }];

test.each(kinds)(
  "MA1 $name calls from the virtual IP and under its name, or its mail waits until it may, and is delivered once",
  { timeout: 180_000 },
  async (kind) => {
    const { stage, owner, standby, mailerOn, takenOf, close } = await openMailStage(kind);
    try {
      const here = await mailerOn(owner);
      const there = await mailerOn(standby);
      await here.mailer.submit("at-the-owner@test");
      await here.mailer.flush();
      const isTaken = () => takenOf("at-the-owner@test").length > 0;
      await until(isTaken, 20_000, "a message").catch((error: Error) => {
        throw new Error(`${error.message}\n${here.mailer.log()}`);
      });
      expect(takenOf("at-the-owner@test")).toEqual(fromVip);

      // On the node that may not call, whoever answers it there.
      const messages = answerers.map((answerer) => ({ answerer, id: `${answerer}@test` }));
      for (const [index, { answerer, id }] of messages.entries()) {
        there.asked.lead(answerer);
        await there.mailer.submit(id);
        await there.mailer.flush();
        expect(await there.mailer.waiting(), `${answerer}\n${there.mailer.log()}`).toBe(index + 1);
      }
      expect(messages.flatMap(({ id }) => takenOf(id))).toEqual([]);

      there.asked.lead("agent");
      await expectOk(stage.client.moveGroup(cluster, group, { target: standby }));
      await stage.ownerIs(standby);
      const isEmpty = async (): Promise<boolean> => {
        await there.mailer.flush();
        return (await there.mailer.waiting()) === 0;
      };
      await until(isEmpty, 60_000, "an empty queue").catch((error: Error) => {
        throw new Error(`${error.message}\n${there.mailer.log()}`);
      });
      for (const { answerer, id } of messages) expect(takenOf(id), answerer).toEqual(fromVip);

      // The other node had it, and may not call any more.
      await here.mailer.submit("at-the-former-owner@test");
      await here.mailer.flush();
      expect(await here.mailer.waiting(), here.mailer.log()).toBe(1);
      expect(takenOf("at-the-former-owner@test")).toEqual([]);
    } finally {
      await close();
    }
  },
);
