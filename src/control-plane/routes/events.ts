import { eventsQuerySchema, eventsSchema, watchMessageSchema, watchQuerySchema } from "../../protocol/journal.ts";
import { failoverListSchema, failoversQuerySchema } from "../../protocol/failovers.ts";
import { tokenIdOf } from "../auth.ts";
import { asking } from "../question.ts";
import { answer, notDefined, passOn } from "../respond.ts";
import { question, readers, route, type Route } from "../route.ts";

export const eventRoutes: readonly Route[] = [
  question(
    {
      id: "getEvents",
      method: "GET",
      path: "/clusters/{cluster}/events",
      summary: "A page of the journal",
      roles: readers,
      query: eventsQuerySchema,
      answers: { 200: { what: "Entries after a number, oldest first", schema: eventsSchema } },
    },
    ({ query: { after, limit } }) =>
      asking("events", [after, limit], (events) => (events === null ? notDefined() : answer(200, events))),
  ),
  question(
    {
      id: "getFailovers",
      method: "GET",
      path: "/clusters/{cluster}/failovers",
      summary:
        "Changes of owner, newest first, with the time of each phase: began, detected, decided, released, owned, online",
      roles: readers,
      query: failoversQuerySchema,
      answers: { 200: { what: "What the journal still has of them", schema: failoverListSchema } },
    },
    ({ query: { group, limit } }) =>
      asking("failovers", [group ?? null, limit], (failovers) =>
        failovers === null ? notDefined() : answer(200, { failovers }),
      ),
  ),
  route(
    {
      id: "watchEvents",
      method: "GET",
      path: "/clusters/{cluster}/watch",
      summary: "The journal as it grows: a WebSocket on upgrade, else server-sent events",
      clusapi: ["GetNotifyEventHandle"],
      roles: readers,
      query: watchQuerySchema,
      headers: { "Last-Event-ID": "Where a reader of server-sent events was; it counts when there is no `after`" },
      answers: {
        101: { what: "A text frame for each message", schema: watchMessageSchema },
        200: { what: "An event for each message", schema: watchMessageSchema, mediaType: "text/event-stream" },
      },
      problems: ["too-many-watchers"],
    },
    async ({ request, principal, query, cluster }) => {
      const url = new URL("https://cluster/watch");
      const after = query.after ?? lastEventId(request);
      if (after !== null) url.searchParams.set("after", String(after));
      const token = tokenIdOf(principal);
      if (token !== null) url.searchParams.set("token", token);
      const headers = new Headers();
      for (const name of ["Upgrade", "Sec-WebSocket-Protocol"]) {
        const value = request.headers.get(name);
        if (value !== null) headers.set(name, value);
      }
      return passOn(await cluster().fetch(new Request(url, { headers })));
    },
  ),
];

/** What a reader of server-sent events says of itself when it connects again. */
function lastEventId(request: Request): number | null {
  const id = request.headers.get("Last-Event-ID");
  return id !== null && /^\d{1,15}$/.test(id) ? Number(id) : null;
}
