import { protocolLimits } from "../../protocol/limits.ts";
import {
  webhookCreatedSchema,
  webhookEnableSchema,
  webhookListSchema,
  webhookRequestSchema,
  webhookRotatedSchema,
  webhookSchema,
  webhookTestedSchema,
} from "../../protocol/webhooks.ts";
import { asking } from "../question.ts";
import { answer, notDefined, refuse } from "../respond.ts";
import { body, operators, question, route, type Route } from "../route.ts";

const path = "/clusters/{cluster}/webhooks";
const pathOfOne = `${path}/{webhook}` as const;

export const webhookRoutes: readonly Route[] = [
  question(
    {
      id: "listWebhooks",
      method: "GET",
      path,
      summary: "Where the journal is delivered to, without the secrets",
      roles: operators,
      answers: { 200: { what: "The webhooks, oldest first", schema: webhookListSchema } },
    },
    () => asking("listWebhooks", [], (webhooks) => (webhooks === null ? notDefined() : answer(200, { webhooks }))),
  ),
  route(
    {
      id: "createWebhook",
      method: "POST",
      path,
      summary: "Deliver the journal to a URL from now on. The secret is shown in this answer and never again",
      roles: operators,
      body: body(webhookRequestSchema),
      answers: { 201: { what: "The webhook and its secret", schema: webhookCreatedSchema } },
      problems: ["too-many-webhooks"],
    },
    async ({ principal, body: request, cluster }) => {
      const created = await cluster().createWebhook(request, principal.id);
      if (created === "not-defined") return notDefined();
      return created === "full"
        ? refuse("too-many-webhooks", `a cluster has ${protocolLimits.webhooks} webhooks at most; delete one`)
        : answer(201, created);
    },
  ),
  question(
    {
      id: "getWebhook",
      method: "GET",
      path: pathOfOne,
      summary: "One webhook: whether it delivers, and how far it has got",
      roles: operators,
      answers: { 200: { what: "The webhook", schema: webhookSchema } },
      problems: ["webhook-not-found"],
    },
    ({ params }) => asking("webhook", [params.webhook], found),
  ),
  route(
    {
      id: "deleteWebhook",
      method: "DELETE",
      path: pathOfOne,
      summary: "Deliver nothing more to it, and forget it",
      roles: operators,
      answers: { 204: { what: "It is no webhook any more" } },
      problems: ["webhook-not-found"],
    },
    async ({ principal, params, cluster }) =>
      (await cluster().deleteWebhook(params.webhook, principal.id)) ? new Response(null, { status: 204 }) : found(null),
  ),
  route(
    {
      id: "enableWebhook",
      method: "POST",
      path: `${pathOfOne}/enable`,
      summary: "Deliver again: from where it stopped, as far as the journal still holds it, or from now on",
      roles: operators,
      body: body(webhookEnableSchema),
      answers: { 200: { what: "The webhook as it is now", schema: webhookSchema } },
      problems: ["webhook-not-found"],
    },
    async ({ principal, params, body: { from }, cluster }) =>
      found(await cluster().enableWebhook(params.webhook, from, principal.id)),
  ),
  route(
    {
      id: "rotateWebhookSecret",
      method: "POST",
      path: `${pathOfOne}/rotate-secret`,
      summary: "Make a new secret, shown in this answer and never again; for a day the old one signs as well",
      roles: operators,
      answers: { 200: { what: "The new secret", schema: webhookRotatedSchema } },
      problems: ["webhook-not-found"],
    },
    async ({ principal, params, cluster }) => found(await cluster().rotateWebhookSecret(params.webhook, principal.id)),
  ),
  route(
    {
      id: "testWebhook",
      method: "POST",
      path: `${pathOfOne}/test`,
      summary: "Send a message of the type webhook.test once, and say what came of it. It takes ten seconds at most",
      roles: operators,
      answers: { 200: { what: "What the receiver answered", schema: webhookTestedSchema } },
      problems: ["webhook-not-found", "webhook-under-test"],
    },
    async ({ params, cluster }) => {
      const tested = await cluster().testWebhook(params.webhook);
      return tested === "under-test"
        ? refuse("webhook-under-test", "one test of a webhook at a time; it ends within ten seconds")
        : found(tested);
    },
  ),
];

function found(value: object | null): Response {
  return value === null ? refuse("webhook-not-found", "it may have been deleted already") : answer(200, value);
}
