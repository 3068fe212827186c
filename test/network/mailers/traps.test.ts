import { expect, test } from "vitest";
import { until } from "../../support/until.ts";
import { virtualAddress } from "../lan.ts";
import { openExim } from "./exim.ts";
import { exim, eximParts, postfix, postfixParts } from "./kinds.ts";
import { openMailStage } from "./mail-stage.ts";
import { openPostfix } from "./postfix.ts";
import { openSink } from "./sink.ts";

/** What goes wrong without a part of what is printed: the article's fault, in mailers of today. */

test(
  "MA5 an `interface` that asks and is answered nothing makes Exim call from the node",
  { timeout: 60_000 },
  async () => {
    const { stage, standby, mailerOn, takenOf, close } = await openMailStage(exim);
    try {
      const { mailer } = await mailerOn(standby, async (place) => {
        const { main } = await eximParts(place);
        const transport = "  interface = ${if match{BRIDGEHEAD_ASK}{\\N^BIND (\\S+)\\N}{$1}{}}\n";
        return openExim(place, { main, router: "", transport });
      });
      await mailer.submit("as-in-the-article@test");
      await mailer.flush();
      await until(() => takenOf("as-in-the-article@test").length > 0, 10_000, "the message");
      const [{ from } = { from: "" }] = takenOf("as-in-the-article@test");
      expect(from).toBe(stage.node(standby).addressOn("client"));
    } finally {
      await close();
    }
  },
);

test(
  "MA5 an `interface` of another family than the host that is called is ignored by Exim; one for each family is not",
  { timeout: 60_000 },
  async () => {
    const { stage, owner, standby, mailerOn, close } = await openMailStage(exim);
    const peer = stage.lan.host("PEER");
    const sixth = `2001:2:0:77::${peer.addressOn("client").split(".").at(-1)}`;
    const sink = await openSink(peer, { address: sixth });
    try {
      const alone = await mailerOn(
        owner,
        async (place) => openExim(place, { main: "", router: "", transport: `  interface = ${virtualAddress}\n` }),
        sink,
      );
      await alone.mailer.submit("alone@test");
      await alone.mailer.flush();
      await until(() => sink.taken.length > 0, 10_000, "the message");
      expect(sink.taken[0]?.from).toMatch(/^2001:2:0:77::\d$/);
      const printed = await mailerOn(standby, exim.open, sink);
      printed.asked.lead("liar");
      await printed.mailer.submit("printed@test");
      await printed.mailer.flush();
      expect(await printed.mailer.waiting(), printed.mailer.log()).toBe(1);
      expect(sink.taken).toHaveLength(1);
    } finally {
      await close();
    }
  },
);

test(
  "MA5 without `smtp_bind_address_enforce` an answer of Postfix's map that is out of date makes it call from the node",
  { timeout: 60_000 },
  async () => {
    const { stage, standby, mailerOn, takenOf, close } = await openMailStage(postfix);
    try {
      const { mailer, asked } = await mailerOn(standby, async (place) => {
        const { main, master } = await postfixParts(place);
        expect(main).toContain("smtp_bind_address_enforce = yes");
        return openPostfix(place, { main: main.replace("enforce = yes", "enforce = no"), master });
      });
      asked.lead("liar");
      await mailer.submit("out-of-date@test");
      await mailer.flush();
      await until(() => takenOf("out-of-date@test").length > 0, 20_000, "the message");
      const [{ from } = { from: "" }] = takenOf("out-of-date@test");
      expect(from).toBe(stage.node(standby).addressOn("client"));
    } finally {
      await close();
    }
  },
);

test(
  "MA1 where only another family leads, and where something else than the map sends, Postfix defers and does not call from the node",
  { timeout: 90_000 },
  async () => {
    const { stage, owner, standby, mailerOn, takenOf, close } = await openMailStage(postfix);
    const peer = stage.lan.host("PEER");
    const sixth = `2001:2:0:77::${peer.addressOn("client").split(".").at(-1)}`;
    const sink = await openSink(peer, { address: sixth });
    try {
      const { mailer } = await mailerOn(owner, postfix.open, sink);
      await mailer.submit("sixth@test");
      await mailer.flush();
      await until(() => /status=deferred/.test(mailer.log()), 20_000, "a try");
      expect(await mailer.waiting(), mailer.log()).toBe(1);
      expect(sink.taken).toEqual([]);
      const other = await mailerOn(standby, async (place) => {
        const { main, master } = await postfixParts(place);
        const elsewhere = main.replace(
          /^default_transport = .*$/m,
          `default_transport = smtp:[${place.sink.address}]:${place.sink.port}`,
        );
        return openPostfix(place, { main: elsewhere.replace(/^transport_maps =\n(?: .*\n)+/m, ""), master });
      });
      await other.mailer.submit("elsewhere@test");
      await other.mailer.flush();
      await until(() => /status=deferred/.test(other.mailer.log()), 20_000, "a try");
      expect(await other.mailer.waiting(), other.mailer.log()).toBe(1);
      expect(takenOf("elsewhere@test")).toEqual([]);
    } finally {
      await close();
    }
  },
);

test(
  "MA1 Exim holds what it may not send, however long that lasts: nothing is bounced when its retries would be over",
  { timeout: 60_000 },
  async () => {
    const { standby, mailerOn, close } = await openMailStage(exim);
    try {
      const { mailer } = await mailerOn(standby, async (place) =>
        openExim(place, { ...(await eximParts(place)), retry: "F,1s,1s" }),
      );
      for (const id of ["first@test", "second@test", "third@test"]) {
        await mailer.submit(id);
        const from = mailer.log().length;
        await until(
          async () => {
            await mailer.turn?.();
            return /is held/.test(mailer.log().slice(from));
          },
          10_000,
          "that it is held",
        );
      }
      expect(mailer.log()).not.toMatch(/\*\*|retry timeout exceeded/);
      expect(await mailer.waiting()).toBe(3);
    } finally {
      await close();
    }
  },
);
