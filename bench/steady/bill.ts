import type { Hour } from "./hour.ts";

/**
 * What Cloudflare asks for beyond what its paid plan includes, in dollars (developers.cloudflare.com/durable-objects/platform/pricing, as
 * published in November 2026): a million requests, a million GB-seconds, a million rows written.
 */
const prices = { requests: 0.15, gbSeconds: 12.5, rowsWritten: 1 } as const;
/** So many messages that come in on a WebSocket are one request. */
const messagesARequest = 20;
/** An object is billed as if it had so much memory, in GB, for as long as it cannot hibernate: always, for its agents speak every few seconds. */
const objectGb = 0.128;
const hoursAMonth = 730;
const million = 1e6;

/** Dollars a month for one cluster at rest, by what they are for. */
export type Bill = {
  readonly requests: number;
  readonly duration: number;
  readonly rows: number;
  readonly sum: number;
};

export function billOf({ messagesIn, alarms, rowsWritten }: Hour): Bill {
  const requests = (((messagesIn / messagesARequest + alarms) * hoursAMonth) / million) * prices.requests;
  const duration = ((objectGb * 3_600 * hoursAMonth) / million) * prices.gbSeconds;
  const rows = ((rowsWritten * hoursAMonth) / million) * prices.rowsWritten;
  return { requests, duration, rows, sum: requests + duration + rows };
}

/**
 * Three of the smallest machines that etcd's own advice allows for a small cluster have two processors and 8 GB; the cheapest that run it
 * at all have two and 2 GB: t4g.small, on demand in us-east-1, $0.0168 an hour (aws.amazon.com/ec2/pricing/on-demand).
 */
export const threeMachines = 3 * 0.0168 * hoursAMonth;
