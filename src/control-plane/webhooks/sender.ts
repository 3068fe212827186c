import { version } from "../../protocol/version.ts";
import type { WebhookError } from "../../protocol/webhooks.ts";
import type { Outcome } from "./delivery.ts";
import type { Message } from "./message.ts";
import { signedHeaders } from "./signature.ts";
import { secretsOf, type Webhook } from "./webhook.ts";

/** What an attempt may take. The object stays in memory as long as one is under way. */
const attemptMs = 10_000;

/** One attempt. It never rejects: whatever goes wrong is an outcome. Nothing of the answer counts but its status. */
export async function attempt(hook: Webhook, message: Message, now: number): Promise<Outcome> {
  try {
    const headers = await signedHeaders(message, secretsOf(hook, now), now);
    const response = await fetch(hook.url, {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json", "User-Agent": `bridgehead/${version}` },
      body: message.body,
      // What was signed for one place is not carried to another.
      redirect: "manual",
      signal: AbortSignal.timeout(attemptMs),
    });
    response.body?.cancel().catch(() => undefined);
    return outcomeOf(response);
  } catch (error) {
    const code = error instanceof Error && error.name === "TimeoutError" ? "timeout" : "no-connection";
    return failed({ code, status: null });
  }
}

function outcomeOf({ ok, status }: Response): Outcome {
  if (ok) return { kind: "delivered", status };
  return failed({ code: status >= 300 && status < 400 ? "redirected" : "refused", status });
}

function failed(error: WebhookError): Outcome {
  return { kind: "failed", error };
}
