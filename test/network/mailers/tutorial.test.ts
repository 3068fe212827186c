import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PageCommands } from "../../support/page-commands.ts";
import { until } from "../../support/until.ts";
import { commandModule } from "../control.ts";
import { virtualAddress } from "../lan.ts";
import { eximProgram, writeExim } from "./exim.ts";
import { exim, eximParts } from "./kinds.ts";
import { type MailStage, openMailStage } from "./mail-stage.ts";

// The part of the tutorial that is done on two hosts, from where docs/hosts.md has ended (hosts-page.test.ts) and Exim is installed.
let stage: MailStage;
beforeAll(async () => {
  stage = await openMailStage();
});
afterAll(() => stage.close());

const addressee = "somebody@elsewhere.example";

/** A configuration for each host from what is printed there, with Debian's own times of trying again. */
async function configOn(node: string, options: readonly string[]): Promise<string> {
  const { place } = await stage.placeOn(node, exim);
  expect(place.options.slice(0, 2)).toEqual(options);
  const spool = join(place.folder, "spool");
  return writeExim(place, { ...(await eximParts(place)), retry: "F,2h,15m" }, { spool, more: "" });
}

test(
  "DC5 who has done the tutorial has two hosts, one address, and an Exim that calls from it and waits on the standby",
  { timeout: 120_000 },
  async () => {
    const page = new PageCommands("docs/tutorial.md", { from: "## Two hosts" });
    const { owner, standby } = stage;
    const printing = page.take("bridgehead mailer exim").split(" ").slice(4);
    const configs = new Map<string, string>();
    for (const node of [owner, standby]) configs.set(node, await configOn(node, printing));

    /** A line of the page on a host, whose `exim4` has that configuration. Never fails: an address that is deferred is no success. */
    const onHost = (node: string, line: string): Promise<string> => {
      const program = `${eximProgram()} -C ${configs.get(node) ?? ""}`;
      const words = line.replace("exim4", program);
      return stage.stage.node(node).run("bash", "-c", `{ ${words}; } 2>&1 || true`);
    };

    const where = page.take("exim4 -bt");
    expect(await onHost(owner, where)).toContain("router = relay");
    expect(await onHost(standby, where)).toMatch(/defer.*standby|standby.*defer/is);

    const [send, list] = [page.take("echo "), page.take("exim4 -bp")];
    for (const node of [owner, standby]) await onHost(node, send);
    await until(() => stage.sink.taken.length === 1, 20_000, "the owner's message");
    await until(async () => (await onHost(owner, list)).trim() === "", 20_000, "the owner's queue empty");
    expect(await onHost(standby, list)).toContain(addressee);

    const { folder, lan, url } = stage.stage;
    const move = page.take("group move").replace("NODE2", standby).split(" ").slice(2);
    const reach = ["--url", url, "--token-file", join(folder, "control", "admin.token")];
    await lan.host("CONTROL").run(process.execPath, commandModule, ...move, ...reach);
    await onHost(standby, page.take("exim4 -q"));
    await until(() => stage.sink.taken.length === 2, 20_000, "the message that waited");
    expect(stage.sink.taken.map(({ from }) => from)).toEqual([virtualAddress, virtualAddress]);
    expect(await onHost(standby, list)).not.toContain(addressee);
    expect(page.left()).toEqual([]);
  },
);
