import type { Command } from "commander";
import { createAsk, type Ask } from "./api.ts";
import { CliError, usageError } from "./errors.ts";
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
  const options = command.optsWithGlobals<GlobalOptions>();
  const url = urlOf(options.url ?? process.env["BRIDGEHEAD_URL"] ?? defaultUrl);
  const token = tokenOf(options.tokenFile);
  const ask = createAsk(url, token);
  const named = options.cluster ?? process.env["BRIDGEHEAD_CLUSTER"];
  return { output: options.output, ask, url, token, cluster: async () => named ?? onlyCluster(ask) };
}

/** An HTTP address without a slash at its end. Throws `CliError`. */
export function urlOf(text: string): string {
  if (URL.canParse(text) && /^https?:\/\//.test(text)) return text.replace(/\/+$/, "");
  throw usageError(`${text} is no address of a control plane; it should be such as ${defaultUrl}`);
}

function tokenOf(file: string | undefined): string {
  const named = file ?? process.env["BRIDGEHEAD_TOKEN_FILE"];
  const given = file === undefined ? process.env["BRIDGEHEAD_TOKEN"] : undefined;
  const token = given ?? readSecret(named ?? defaultTokenFile);
  if (token !== null && token !== "") return token;
  throw usageError(
    named === undefined
      ? `A token is needed: BRIDGEHEAD_TOKEN, BRIDGEHEAD_TOKEN_FILE or --token-file; ${defaultTokenFile} is not in this folder.`
      : `${named} is not there; it should hold the token.`,
  );
}

async function onlyCluster(ask: Ask): Promise<string> {
  const { clusters } = await ask((client) => client.listClusters()).catch((error: unknown) => {
    if (error instanceof CliError && error.code === "forbidden") {
      throw usageError("Which cluster? This token may not list them: give --cluster NAME, or set BRIDGEHEAD_CLUSTER.");
    }
    throw error;
  });
  const names = clusters.map(({ name }) => name);
  const [only, another] = names;
  if (only === undefined)
    throw new CliError("no-cluster", "There is no cluster yet. Make one with: bridgehead cluster apply -f FILE");
  if (another === undefined) return only;
  throw usageError(`Which cluster? There are ${names.join(", ")}: give --cluster NAME, or set BRIDGEHEAD_CLUSTER.`);
}
