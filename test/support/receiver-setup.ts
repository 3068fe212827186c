import type { TestProject } from "vitest/node";
import "./received.ts";
import { startReceiver } from "./webhook-receiver.ts";

/** Tests inside workerd cannot listen: what webhooks reach there is a real server of this process. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const receiver = await startReceiver();
  project.provide("receiverUrl", receiver.url);
  return receiver.close;
}
