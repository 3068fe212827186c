import type { WebhookCreated } from "../../../src/protocol/webhooks.ts";
import type { Conformance } from "./row.ts";
import type { Stage } from "./stage.ts";

/** Nobody listens there, and no address is asked for it. */
const url = "http://127.0.0.1:9/hook";

async function newWebhook({ ask, cluster }: Stage): Promise<string> {
  const made = await ask("POST", `/clusters/${cluster}/webhooks`, { body: { url, kinds: ["node.resumed"] } });
  return ((await made.json()) as WebhookCreated).id;
}

const one = async (stage: Stage) => ({ params: { webhook: await newWebhook(stage) } });
const notFound = { code: "webhook-not-found" } as const;
const notAnId = { params: { webhook: "x" }, code: "invalid-request" } as const;

export const webhooks: Conformance = {
  rows: {
    listWebhooks: {
      success: { status: 200 },
      refusal: { params: { cluster: "nothing" }, code: "cluster-not-found" },
      badInput: { without: "a name that is none is the name of no cluster, and it takes nothing else" },
    },
    createWebhook: {
      success: { body: { url, kinds: ["node.resumed"] }, status: 201 },
      refusal: { params: { cluster: "nothing" }, body: { url }, code: "cluster-not-found" },
      badInput: [
        { body: { url: "http://example.com/hook" }, code: "invalid-request" },
        { body: "{", code: "not-json" },
      ],
    },
    getWebhook: {
      success: async (stage) => ({ ...(await one(stage)), status: 200 }),
      refusal: notFound,
      badInput: notAnId,
    },
    deleteWebhook: {
      success: async (stage) => ({ ...(await one(stage)), status: 204 }),
      refusal: notFound,
      badInput: notAnId,
    },
    enableWebhook: {
      success: async (stage) => ({ ...(await one(stage)), body: { from: "now" }, status: 200 }),
      refusal: notFound,
      badInput: [notAnId, { body: { from: "yesterday" }, code: "invalid-request" }, { body: "{", code: "not-json" }],
    },
    rotateWebhookSecret: {
      success: async (stage) => ({ ...(await one(stage)), status: 200 }),
      refusal: notFound,
      badInput: notAnId,
    },
    testWebhook: {
      success: async (stage) => ({ ...(await one(stage)), status: 200 }),
      refusal: notFound,
      badInput: notAnId,
    },
  },
};
