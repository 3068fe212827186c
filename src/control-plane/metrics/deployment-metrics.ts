import { protocolLimits } from "../../protocol/limits.ts";
import { version } from "../../protocol/version.ts";
import type { MetricFamily } from "./exposition.ts";

/** What the deployment tells as a whole. It asks the directory and no cluster: to ask an object is to wake it. */
export function deploymentMetrics(clusters: number): MetricFamily[] {
  return [
    {
      name: "bridgehead_info",
      type: "gauge",
      help: "1, with the version that runs here.",
      samples: [{ labels: { version }, value: 1 }],
    },
    {
      name: "bridgehead_clusters",
      type: "gauge",
      help: "Clusters that the deployment knows.",
      samples: [{ labels: {}, value: clusters }],
    },
    {
      name: "bridgehead_clusters_limit",
      type: "gauge",
      help: "Clusters that it can have.",
      samples: [{ labels: {}, value: protocolLimits.clusters }],
    },
  ];
}
