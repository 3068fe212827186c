import { MemoryError } from "../agent/memory.ts";
import { UnixServerError } from "../agent/unix-server.ts";
import { CliError } from "./errors.ts";

/** A process of the node side, once it has begun; rejects with a `CliError` for what keeps it from that. */
export async function begun<Running>(beginning: Promise<Running>): Promise<Running> {
  try {
    return await beginning;
  } catch (error) {
    if (error instanceof MemoryError || error instanceof UnixServerError) throw new CliError(error.code, error.message);
    throw error;
  }
}
