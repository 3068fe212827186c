import { MemoryError } from "../agent/memory.ts";
import { PeerChannelError } from "../agent/peers/channel.ts";
import { UnixServerError } from "../agent/unix-server.ts";
import { CliError } from "./errors.ts";

/** A process of the node side, once it has begun; rejects with a `CliError` for what keeps it from that. */
export async function begun<Running>(beginning: Promise<Running>): Promise<Running> {
  try {
    return await beginning;
  } catch (error) {
    const isOurs =
      error instanceof MemoryError || error instanceof UnixServerError || error instanceof PeerChannelError;
    if (isOurs) throw new CliError(error.code, error.message);
    throw error;
  }
}
