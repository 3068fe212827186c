import {
  nextQuerySchema,
  type Notifications,
  notificationsSchema,
  notifyPortRequestSchema,
  notifyPortSchema,
  registrationSchema,
} from "../../protocol/notify.ts";
import { protocolLimits } from "../../protocol/limits.ts";
import { answer, notDefined, refuse, unauthorized } from "../respond.ts";
import { body, readers, route, type Route } from "../route.ts";
import { tokenIdOf } from "../auth.ts";
import { waitFor } from "../waiters.ts";

export const notifyRoutes: readonly Route[] = [
  route(
    {
      id: "createNotifyPort",
      method: "POST",
      path: "/clusters/{cluster}/notify-ports",
      summary: "Make a notify port: it tells what changes from now on. One that nobody asks for an hour is forgotten",
      clusapi: ["CreateClusterNotifyPort", "CreateClusterNotifyPortV2", "ClusterRegCreateBatchNotifyPort"],
      roles: readers,
      body: body(notifyPortRequestSchema),
      answers: { 201: { what: "The port", schema: notifyPortSchema } },
      problems: ["object-not-found", "too-many-notify-ports"],
    },
    async ({ principal, body: request, cluster }) => {
      const id = crypto.randomUUID().replaceAll("-", "");
      const opened = await cluster().openNotifyPort(id, request, tokenIdOf(principal));
      if (opened === "revoked") return unauthorized();
      if (opened === "not-defined") return notDefined();
      if (opened === "no-object") return noSuchObject();
      return opened === "full"
        ? refuse(
            "too-many-notify-ports",
            `a cluster has ${protocolLimits.notifyPorts} at most, and one token half of them; close one`,
          )
        : answer(201, opened);
    },
  ),
  route(
    {
      id: "registerNotify",
      method: "POST",
      path: "/clusters/{cluster}/notify-ports/{port}/registrations",
      summary: "Let a port tell the changes of one object, or of all objects of one type, as well",
      clusapi: ["RegisterClusterNotify", "RegisterClusterNotifyV2", "RegisterClusterResourceTypeNotifyV2"],
      roles: readers,
      body: body(registrationSchema),
      answers: { 200: { what: "The port", schema: notifyPortSchema } },
      problems: ["object-not-found", "notify-port-not-found", "too-many-registrations"],
    },
    async ({ params, body: registration, cluster }) => {
      const registered = await cluster().registerNotify(params.port, registration);
      switch (registered) {
        case "not-defined":
          return notDefined();
        case "no-object":
          return noSuchObject();
        case "no-port":
          return noSuchPort();
        case "full":
          return refuse("too-many-registrations", `a port has ${protocolLimits.notifyRegistrations} at most`);
        default:
          return answer(200, registered);
      }
    },
  ),
  route(
    {
      id: "getNotifications",
      method: "GET",
      path: "/clusters/{cluster}/notify-ports/{port}/next",
      summary:
        "What has changed since the last answer. With `timeoutMs` the answer waits until there is something, or the time \
is over. `after`, the position of the last answer, asks again for what got lost with a connection",
      clusapi: ["GetClusterNotify", "GetClusterNotifyV2", "GetNotifyEventHandle", "ClusterRegGetBatchNotification"],
      roles: readers,
      query: nextQuerySchema,
      answers: {
        200: { what: "Changes, oldest first; the port's position is past them now", schema: notificationsSchema },
        204: { what: "Nothing came in this time (WAIT_TIMEOUT, 258)" },
      },
      problems: ["notify-port-not-found", "too-many-waiters"],
    },
    async ({ params, query: { timeoutMs, after }, principal, cluster }) => {
      const waited = await waitFor<Notifications | null>({
        timeoutMs,
        look: async () => {
          const next = await cluster().nextNotifications(params.port, after ?? null);
          if (next === null) return { found: true, value: null };
          const isNews = next.notifications.length > 0 || next.gap !== null;
          return isNews ? { found: true, value: next } : { found: false, last: next.position };
        },
        published: (after, forMs) => cluster().published(after, tokenIdOf(principal), forMs),
      });
      switch (waited.kind) {
        case "found":
          return waited.value === null ? noSuchPort() : answer(200, waited.value);
        case "time-over":
          return new Response(null, { status: 204, headers: { "Cache-Control": "no-store" } });
        case "revoked":
          return unauthorized();
        case "too-many":
          return refuse("too-many-waiters", "ask without waiting, or again in a moment");
      }
    },
  ),
  route(
    {
      id: "closeNotifyPort",
      method: "DELETE",
      path: "/clusters/{cluster}/notify-ports/{port}",
      summary: "Close a notify port",
      clusapi: ["CloseClusterNotifyPort"],
      roles: readers,
      answers: { 204: { what: "It is no port any more" } },
      problems: ["notify-port-not-found"],
    },
    async ({ params, cluster }) =>
      (await cluster().closeNotifyPort(params.port)) ? new Response(null, { status: 204 }) : noSuchPort(),
  ),
];

function noSuchObject(): Response {
  return refuse("object-not-found", "a registration names an object that is there, or none");
}

function noSuchPort(): Response {
  return refuse("notify-port-not-found", "it may have been closed, or forgotten because nobody asked; make another");
}
