import type { IncomingMessage } from "node:http";
import * as z from "zod";

/** Far above what a problem takes. */
const longestBody = 16_384;
/** A later control plane may have codes of which nobody here has heard. */
const problemSchema = z.object({ code: z.string() });

/** The code of the problem that an answer is (RFC 9457); null where it is none, is too long, or breaks off. */
export async function problemCodeOf(response: IncomingMessage): Promise<string | null> {
  let body = "";
  try {
    for await (const piece of response.setEncoding("utf8")) {
      body += String(piece);
      if (body.length > longestBody) return null;
    }
    return problemSchema.parse(JSON.parse(body)).code;
  } catch {
    return null;
  }
}
