import type { Command } from "commander";
import { createAsk, type Ask } from "./api.ts";
import { CliError, exitCodes, usageError } from "./errors.ts";
import type { OutputFormat } from "./output.ts";
import { readSecret } from "./secret-file.ts";

export const defaultUrl = "http://127.0.0.1:8787";
/** Where `start` and `serve` keep the admin token, as seen from the folder that they were started in. */
export const defaultTokenFile = ".bridgehead/admin.token";

/** Options that every noun takes. */
export type GlobalOptions = {
  readonly output: OutputFormat;
  readonly url?: string;
  readonly cluster?: string;
  readonly tokenFile?: string;
};

/** What a verb that asks the control plane works with. */
export type Context = {
  readonly output: OutputFormat;
  readonly ask: Ask;
  readonly url: string;
  readonly token: string;
  /** The cluster that was named, or the only one there is. Rejects with `CliError`. */
  readonly cluster: () => Promise<string>;
};

export function contextOf(command: Command): Context {
  return contextFrom(command.optsWithGlobals<GlobalOptions>());
}

/** @param timeoutMs how long an answer may take, where that is not the client's default */
export function contextFrom(options: GlobalOptions, timeoutMs?: number): Context {
  const url = urlOf(options.url ?? process.env["BRIDGEHEAD_URL"] ?? defaultUrl);
  const token = tokenOf(options.tokenFile);
  const ask = createAsk(url, token, timeoutMs);
  const named = clusterNamed(options);
  return { output: options.output, ask, url, token, cluster: async () => named ?? onlyCluster(ask) };
}

/** The cluster that a command line or its environment names; an empty name names none. */
export function clusterNamed({ cluster }: Pick<GlobalOptions, "cluster">): string | undefined {
  return cluster || process.env["BRIDGEHEAD_CLUSTER"] || undefined;
}

/** An HTTP address without a slash at its end. Throws `CliError`. */
export function urlOf(text: string): string {
  if (URL.canParse(text) && /^https?:\/\//.test(text)) return text.replace(/\/+$/, "");
  throw usageError(`${text} is no address of a control plane`, { hint: `It should be such as ${defaultUrl}` });
}

function tokenOf(file: string | undefined): string {
  const named = file ?? process.env["BRIDGEHEAD_TOKEN_FILE"];
  const given = file === undefined ? process.env["BRIDGEHEAD_TOKEN"] : undefined;
  const token = given ?? readSecret(named ?? defaultTokenFile);
  if (token !== null && token !== "") return token;
  throw usageError("A token is needed", {
    detail: named === undefined ? `${defaultTokenFile} is not in this folder` : `${named} is not there`,
    hint: "Give one with BRIDGEHEAD_TOKEN, or its file with BRIDGEHEAD_TOKEN_FILE or --token-file.",
  });
}

export const nameIt = "Give --cluster NAME, or set BRIDGEHEAD_CLUSTER.";

async function onlyCluster(ask: Ask): Promise<string> {
  const { clusters } = await ask((client) => client.listClusters()).catch((error: unknown) => {
    // A token of one cluster is none where no cluster is named; whether it is one at all is not known without.
    if (error instanceof CliError && (error.code === "forbidden" || error.code === "unauthorized")) {
      throw usageError("Which cluster?", { detail: "only the admin token may list them", hint: nameIt });
    }
    throw error;
  });
  const names = clusters.map(({ name }) => name);
  const [only, another] = names;
  if (only === undefined) {
    throw new CliError("no-cluster", "There is no cluster yet", exitCodes.failed, {
      hint: "Make one with: bridgehead cluster apply -f FILE",
    });
  }
  if (another === undefined) return only;
  throw usageError("Which cluster?", { detail: `there are ${names.join(", ")}`, hint: nameIt });
}
