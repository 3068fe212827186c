import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { messageOf } from "../../../mta/message-of.ts";
import { type OcfMetadata, parseMetadata } from "./metadata.ts";
import { fileOf, ocfFolder, ocfRoot, partsOf } from "./words.ts";

const run = promisify(execFile);
/** The API wants it within seconds, from any host. */
const metadataWithinMs = 10_000;
const metadataBytes = 1_048_576;

/** The agents that are installed on this host, as `ocf:PROVIDER:AGENT`, in order. */
export async function installedAgents(): Promise<string[]> {
  const providers = await namesIn(ocfFolder());
  const agents = await Promise.all(
    providers.map(async (provider) => {
      const types = await namesIn(join(ocfFolder(), provider));
      const usable = await Promise.all(types.map((type) => isProgram(join(ocfFolder(), provider, type))));
      return types.filter((_type, index) => usable[index]).map((type) => `ocf:${provider}:${type}`);
    }),
  );
  return agents.flat().toSorted();
}

export type Asked =
  | { readonly ok: true; readonly metadata: OcfMetadata }
  /** `not-installed`: there is no such program here. `no-metadata`: it says nothing that can be read; `why` is what it said. */
  | { readonly ok: false; readonly code: "not-installed" | "no-metadata"; readonly why: string };

/** Asks an agent of this host for its metadata. */
export async function askForMetadata(agent: string): Promise<Asked> {
  const file = fileOf(agent);
  if (!(await isProgram(file))) return { ok: false, code: "not-installed", why: `${file} is no program` };
  const { provider, type } = partsOf(agent);
  const env = {
    ...process.env,
    OCF_ROOT: ocfRoot(),
    OCF_RESOURCE_PROVIDER: provider,
    OCF_RESOURCE_TYPE: type,
    OCF_RESOURCE_INSTANCE: "meta-data",
  };
  try {
    const { stdout } = await run(file, ["meta-data"], { env, timeout: metadataWithinMs, maxBuffer: metadataBytes });
    const metadata = parseMetadata(stdout);
    if (metadata !== null) return { ok: true, metadata };
    return { ok: false, code: "no-metadata", why: "what it wrote is no metadata of a resource agent" };
  } catch (error) {
    return { ok: false, code: "no-metadata", why: messageOf(error) };
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

async function isProgram(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
