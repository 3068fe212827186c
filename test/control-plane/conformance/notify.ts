import type { NotifyPort } from "../../../src/protocol/notify.ts";
import type { Conformance } from "./row.ts";
import type { Stage } from "./stage.ts";

const registration = { object: "group", name: "Exchange", changes: ["CLUSTER_CHANGE_GROUP_STATE"] };

async function newPort({ ask, cluster }: Stage): Promise<string> {
  const made = await ask("POST", `/clusters/${cluster}/notify-ports`, {
    body: { filter: ["CLUSTER_CHANGE_NODE_STATE"] },
  });
  return ((await made.json()) as NotifyPort).port;
}

export const notify: Conformance = {
  rows: {
    createNotifyPort: {
      success: { body: { registrations: [registration] }, status: 201 },
      refusal: { body: { registrations: [{ ...registration, name: "Nothing" }] }, code: "object-not-found" },
      badInput: [
        { body: { filter: ["CLUSTER_CHANGE_TOASTER"] }, code: "invalid-request" },
        { body: "{", code: "not-json" },
      ],
    },
    registerNotify: {
      success: async (stage) => ({ params: { port: await newPort(stage) }, body: registration, status: 200 }),
      refusal: { body: registration, code: "notify-port-not-found" },
      badInput: [
        { body: { ...registration, changes: [] }, code: "invalid-request" },
        { params: { port: "x" }, body: registration, code: "invalid-request" },
        { body: "{", code: "not-json" },
      ],
    },
    getNotifications: {
      success: async (stage) => ({ params: { port: await newPort(stage) }, query: { timeoutMs: "1" }, status: 204 }),
      refusal: { code: "notify-port-not-found" },
      badInput: { query: { timeoutMs: "30001" }, code: "invalid-request" },
    },
    closeNotifyPort: {
      success: async (stage) => ({ params: { port: await newPort(stage) }, status: 204 }),
      refusal: { code: "notify-port-not-found" },
      badInput: { params: { port: "x" }, code: "invalid-request" },
    },
  },
};
