import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mtaAssociate, mtaListen } from "../../src/mta/commands.ts";
import type { LogRecord } from "../../src/mta/log.ts";
import type { Responder } from "../../src/mta/responder.ts";
import {
  afterwards,
  answering,
  bind,
  eventually,
  nodeAddress,
  partnersYaml,
  peerAddress,
  virtualAddress,
} from "./support.ts";

const peersFile = `partners:
  EXCHVS: { host: ${virtualAddress}, mode: x410, callingTsap: "591", calledTsap: "592",
            password: pw2, partnerPassword: pw1, addresses: [${virtualAddress}] }
`;

/** A responder by itself, and the partners file of who calls it. */
async function prepare() {
  const folder = await mkdtemp(join(tmpdir(), "mta-commands-"));
  afterwards(() => rm(folder, { recursive: true }));
  const [peers, partnersFile] = [join(folder, "peers.yaml"), join(folder, "partners.yaml")];
  await writeFile(peers, peersFile);
  const lines: string[] = [];
  const stop = new AbortController();
  let listening: Responder | null = null;
  const listener = mtaListen({
    partnersFile: peers,
    name: "peer.test",
    host: peerAddress,
    port: 0,
    signal: stop.signal,
    format: "json",
    write: (line) => lines.push(line),
    onListening: (responder) => {
      listening = responder;
    },
  });
  afterwards(async () => {
    stop.abort();
    await listener;
  });
  await eventually("it listens", () => listening !== null);
  await writeFile(partnersFile, partnersYaml((listening as Responder | null)?.port ?? 0));
  return { partnersFile, records: () => lines.map((line) => JSON.parse(line) as LogRecord) };
}

describe("MT23 the commands tell each event in one line, with a code and a sentence", () => {
  test("MT23 associate: asks, opens, says what happened, releases; exit 0", async () => {
    const { partnersFile, records } = await prepare();
    const said: string[] = [];
    const { exitCode, result, ending } = await mtaAssociate({
      partner: "peer.test",
      partnersFile,
      verdicts: answering(bind),
      write: (line) => said.push(line),
    });
    expect([exitCode, result.outcome, ending?.type]).toEqual([0, "associated", "released"]);
    expect(said[0]).toMatch(/^\S+Z info accepted: The MTA peer.test accepted the association from 127.0.1.100$/);
    expect(said[1]).toMatch(/^\S+Z info released: /);
    await eventually("the listener has said it", () => records().length === 2);
    expect(records().map(({ type, level }) => [type, level])).toEqual([
      ["accepted", "info"],
      ["released", "info"],
    ]);
  });

  test("MT23 associate unpatched: refused with 9301; exit 1", async () => {
    const { partnersFile, records } = await prepare();
    const said: string[] = [];
    const { exitCode } = await mtaAssociate({
      partner: "peer.test",
      partnersFile,
      unpatchedAddress: nodeAddress,
      localMtaName: "EXCHVS",
      write: (line) => said.push(line),
    });
    expect(exitCode).toBe(1);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain("warning 9301 refused-by-partner");
    await eventually("the listener has said it", () => records().length === 1);
    expect(records()[0]).toMatchObject({ eventId: 9301, code: "unknown-calling-address", callingAddress: nodeAddress });
  });

  test("MT23 associate with a partner that the file does not have", async () => {
    const { partnersFile } = await prepare();
    const options = { partner: "nobody", partnersFile, verdicts: answering(bind), write: () => {} };
    await expect(mtaAssociate(options)).rejects.toMatchObject({ code: "unknown-partner" });
  });
});
