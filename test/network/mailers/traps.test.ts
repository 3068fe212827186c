import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../support/until.ts";
import { virtualAddress } from "../lan.ts";
import { openExim } from "./exim.ts";
import { exim, eximParts, type Kind, postfix, postfixParts } from "./kinds.ts";
import { type MailerOnNode, type MailStage, openMailStage } from "./mail-stage.ts";
import { openPostfix } from "./postfix.ts";
import { openSink, type Sink } from "./sink.ts";

// What goes wrong without a part of what is printed: the article's fault, in mailers of today. The group stays where it is.
let stage: MailStage;
/** It takes mail on IPv6 alone. */
let sixth: Sink;

beforeAll(async () => {
  stage = await openMailStage();
  const peer = stage.stage.lan.host("PEER");
  sixth = await openSink(peer, { address: `2001:2:0:77::${peer.addressOn("client").split(".").at(-1)}` });
});
afterAll(() => stage.close());

const onStandby = (kind: Kind, open = kind.open): Promise<MailerOnNode> =>
  stage.mailerOn(stage.standby, { ...kind, open });
const takenBySixth = (id: string) => sixth.taken.filter((taken) => taken.id === id);

/** From where a message came, once it has. */
async function callerOf(id: string): Promise<string | undefined> {
  await until(() => stage.takenOf(id).length > 0, 20_000, id);
  return stage.takenOf(id)[0]?.from;
}

const own = (node: string): string => stage.stage.node(node).addressOn("client");

test(
  "MA5 an `interface` that asks and is answered nothing makes Exim call from the node",
  { timeout: 60_000 },
  async () => {
    const { mailer } = await onStandby(exim, async (place) => {
      const { main } = await eximParts(place);
      const transport = "  interface = ${if match{BRIDGEHEAD_ASK}{\\N^BIND (\\S+)\\N}{$1}{}}\n";
      return openExim(place, { main, router: "", transport });
    });
    await mailer.submit("as-in-the-article@test");
    await mailer.flush();
    expect(await callerOf("as-in-the-article@test")).toBe(own(stage.standby));
  },
);

test(
  "MA5 an `interface` of another family than the host that is called is ignored by Exim; one for each family is not",
  { timeout: 60_000 },
  async () => {
    const open: Kind["open"] = (place) =>
      openExim(place, { main: "", router: "", transport: `  interface = ${virtualAddress}\n` });
    const alone = await stage.mailerOn(stage.owner, { ...exim, open }, sixth);
    await alone.mailer.submit("alone@test");
    await alone.mailer.flush();
    await until(() => takenBySixth("alone@test").length > 0, 10_000, "the message");
    expect(takenBySixth("alone@test")[0]?.from).toMatch(/^2001:2:0:77::\d$/);
    const printed = await stage.mailerOn(stage.standby, exim, sixth);
    printed.asked.lead("liar");
    await printed.mailer.submit("printed@test");
    await printed.mailer.flush();
    expect(await printed.mailer.waiting(), printed.mailer.log()).toBe(1);
    expect(takenBySixth("printed@test")).toEqual([]);
  },
);

test(
  "MA5 without `smtp_bind_address_enforce` an answer of Postfix's map that is out of date makes it call from the node",
  { timeout: 60_000 },
  async () => {
    const { mailer, asked } = await onStandby(postfix, async (place) => {
      const { main, master } = await postfixParts(place);
      expect(main).toContain("smtp_bind_address_enforce = yes");
      return openPostfix(place, { main: main.replace("enforce = yes", "enforce = no"), master });
    });
    asked.lead("liar");
    await mailer.submit("out-of-date@test");
    await mailer.flush();
    expect(await callerOf("out-of-date@test")).toBe(own(stage.standby));
  },
);

test(
  "MA1 where only another family leads Postfix defers and does not call from the node",
  { timeout: 60_000 },
  async () => {
    const { mailer } = await stage.mailerOn(stage.owner, postfix, sixth);
    await mailer.submit("sixth@test");
    await mailer.flush();
    expect(mailer.log()).toContain("status=deferred");
    expect(await mailer.waiting(), mailer.log()).toBe(1);
    expect(takenBySixth("sixth@test")).toEqual([]);
  },
);

test(
  "MA1 where something else than the map sends Postfix defers and does not call from the node",
  { timeout: 60_000 },
  async () => {
    const { mailer } = await onStandby(postfix, async (place) => {
      const { main, master } = await postfixParts(place);
      const elsewhere = main.replace(
        /^default_transport = .*$/m,
        `default_transport = smtp:[${place.sink.address}]:${place.sink.port}`,
      );
      return openPostfix(place, { main: elsewhere.replace(/^transport_maps =\n(?: .*\n)+/m, ""), master });
    });
    await mailer.submit("elsewhere@test");
    await mailer.flush();
    expect(mailer.log()).toContain("status=deferred");
    expect(await mailer.waiting(), mailer.log()).toBe(1);
    expect(stage.takenOf("elsewhere@test")).toEqual([]);
  },
);

test(
  "MA1 Exim holds what it may not send, however long that lasts: nothing is bounced when its retries would be over",
  { timeout: 60_000 },
  async () => {
    const { mailer } = await onStandby(exim, async (place) =>
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
  },
);
