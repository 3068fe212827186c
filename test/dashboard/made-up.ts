import type { Page } from "playwright-core";
import type { GroupExplanation } from "../../src/cluster/explain/explain.ts";
import type { JournalEntry } from "../../src/cluster/journal.ts";
import type { Failover } from "../../src/cluster/questions/failovers.ts";
import type { ClusterView } from "../../src/cluster/questions/view.ts";
import type { Verdict } from "../../src/cluster/questions/verdict.ts";
import type { Simulation } from "../../src/cluster/simulate/simulate.ts";
import { script, style } from "../../src/dashboard/packed.ts";
import { page as html } from "../../src/dashboard/page.ts";

/** Where the page is when no control plane runs, and the answers are made up. */
export const site = "http://bridgehead.test";

/** What the API would say beside the state of the cluster. */
export type Told = {
  readonly clusters: readonly string[];
  readonly role: "admin" | "operator" | "reader";
  readonly events: readonly JournalEntry[];
  readonly failovers: readonly Failover[];
  readonly verdict: Verdict;
  readonly explanation: GroupExplanation | null;
  readonly simulation: Simulation | null;
};

const nothing: Told = {
  clusters: ["exchange"],
  role: "admin",
  events: [],
  failovers: [],
  verdict: { decision: "DENY", reason: "no-such-group" },
  explanation: null,
  simulation: null,
};

/** Serves the page, and answers it. @param viewOf by the cluster's name, or the same for all */
export async function answerWith(
  page: Page,
  viewOf: ClusterView | ((cluster: string) => ClusterView),
  told: Partial<Told> = {},
): Promise<void> {
  const { clusters, role, events, failovers, verdict, explanation, simulation } = { ...nothing, ...told };
  const parts: Readonly<Record<string, readonly [type: string, body: string]>> = {
    "/": ["text/html", html],
    "/dashboard.js": ["text/javascript", script.text],
    "/dashboard.css": ["text/css", style.text],
  };
  const answers: Readonly<Record<string, unknown>> = {
    clusters: { clusters: clusters.map((name) => ({ name, createdAt: 0 })) },
    self: { cluster: "exchange", role, token: "t", node: null, partner: null },
    events: { events, oldest: events[0]?.seq ?? null, last: events.at(-1)?.seq ?? 0 },
    failovers: { failovers },
    "source-address": verdict,
    explain: explanation,
    simulate: simulation,
  };
  await page.route(`${site}/**`, (route) => {
    const { pathname } = new URL(route.request().url());
    const part = parts[pathname];
    if (part !== undefined) return route.fulfill({ contentType: part[0], body: part[1] });
    const names = pathname.split("/");
    const last = names.at(-1) ?? "";
    const view = typeof viewOf === "function" ? viewOf(decodeURIComponent(last)) : viewOf;
    const answer = names.length === 4 ? view : answers[last];
    return route.fulfill({ contentType: "application/json", body: JSON.stringify(answer ?? view) });
  });
  await page.routeWebSocket(/./, () => {});
}
