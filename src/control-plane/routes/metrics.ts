import * as z from "zod";
import { clusterMetrics } from "../metrics/cluster-metrics.ts";
import { deploymentMetrics } from "../metrics/deployment-metrics.ts";
import { exposition, type MetricFamily, metricsMediaType } from "../metrics/exposition.ts";
import { directory } from "../objects.ts";
import { asking } from "../question.ts";
import { notDefined } from "../respond.ts";
import { question, readers, route, type Route } from "../route.ts";

const text = { schema: z.string(), mediaType: metricsMediaType } as const;

export const metricsRoutes: readonly Route[] = [
  question(
    {
      id: "getClusterMetrics",
      method: "GET",
      path: "/clusters/{cluster}/metrics",
      summary: "Figures of a cluster for Prometheus: nodes, leases, owners, epochs, resources, the journal",
      roles: readers,
      answers: { 200: { what: "Text format 0.0.4; each sample has the cluster's name as a label", ...text } },
      problems: ["cluster-not-defined"],
    },
    () => asking("figures", [], (figures) => (figures === null ? notDefined() : tell(clusterMetrics(figures)))),
  ),
  route(
    {
      id: "getMetrics",
      method: "GET",
      path: "/metrics",
      summary: "Figures of the deployment for Prometheus: its version, how many clusters it has",
      roles: ["admin"],
      bare: true,
      answers: { 200: { what: "Text format 0.0.4", ...text } },
    },
    async ({ env }) => tell(deploymentMetrics(await directory(env).count())),
  ),
];

function tell(families: readonly MetricFamily[]): Response {
  return new Response(exposition(families), {
    headers: { "Content-Type": metricsMediaType, "Cache-Control": "no-store" },
  });
}
