import { randomInt } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ClusterDefinition } from "../../cluster/definition/definition.ts";
import { loadDefinition } from "../definition-file.ts";
import { CliError } from "../errors.ts";
import { exchangeFiles } from "../local/exchange.ts";
import { canBind } from "../local/platform.ts";
import { examplesFolder } from "../package-files.ts";

/** Where a demo plays: the example's files on addresses that nobody uses, so that it runs beside `start`. */
export type Stage = {
  readonly stateFolder: string;
  readonly partnersFolder: string;
  readonly definition: ClusterDefinition;
  /** `127.x.y`: what all its addresses begin with. */
  readonly network: string;
  readonly virtualAddress: string;
  readonly peer: { readonly host: string; readonly port: number };
};

const exampleNetwork = "127.0.1";
const mtaPort = 10102;
const tries = 50;

/** Copies the example into `folder`, moved to a network of 127.0.0.0/8 whose MTA ports are free. */
export async function freeStage(folder: string): Promise<Stage> {
  const network = await freeNetwork();
  for (const file of Object.values(exchangeFiles)) {
    const text = await readFile(join(examplesFolder, file), "utf8");
    await writeFile(join(folder, file), text.replaceAll(`${exampleNetwork}.`, `${network}.`));
  }
  return {
    stateFolder: join(folder, "state"),
    partnersFolder: folder,
    definition: loadDefinition(join(folder, exchangeFiles.definition)),
    network,
    virtualAddress: `${network}.100`,
    peer: { host: `${network}.99`, port: mtaPort },
  };
}

async function freeNetwork(): Promise<string> {
  for (let tried = 0; tried < tries; tried += 1) {
    // Not those of 127.0, where `start` and everybody else is; and so many that two stages set at one time do not meet.
    const network = `127.${randomInt(1, 255)}.${randomInt(1, 255)}`;
    const free = await Promise.all([canBind(`${network}.100`, mtaPort), canBind(`${network}.99`, mtaPort)]);
    if (free.every(Boolean)) return network;
  }
  throw new CliError(
    "no-free-network",
    `Port ${mtaPort} is in use on every address that was tried. Does something listen on 0.0.0.0:${mtaPort}?`,
  );
}
