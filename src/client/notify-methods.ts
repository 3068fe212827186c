import * as z from "zod";
import {
  type Notifications,
  notificationsSchema,
  type NotifyPort,
  type NotifyPortRequestInput,
  notifyPortSchema,
  type RegistrationInput,
} from "../protocol/notify.ts";
import type { Result } from "./result.ts";
import type { Transport } from "./transport.ts";

/** Notify ports (CreateClusterNotifyPort and its kin). */
export function notifyMethods({ at, request }: Transport) {
  return {
    createNotifyPort: (cluster: string, port: NotifyPortRequestInput): Promise<Result<NotifyPort>> =>
      request("POST", at(cluster, "notify-ports"), port, notifyPortSchema),
    registerNotify: (cluster: string, port: string, registration: RegistrationInput): Promise<Result<NotifyPort>> =>
      request("POST", at(cluster, "notify-ports", port, "registrations"), registration, notifyPortSchema),
    /** Null: nothing came in this time. What is answered is not told again. @param timeoutMs 30 000 at most */
    nextNotifications: (cluster: string, port: string, timeoutMs = 0): Promise<Result<Notifications | null>> =>
      request(
        "GET",
        `${at(cluster, "notify-ports", port, "next")}?timeoutMs=${timeoutMs}`,
        undefined,
        z.nullable(notificationsSchema),
        { waitMs: timeoutMs },
      ),
    closeNotifyPort: (cluster: string, port: string): Promise<Result<null>> =>
      request("DELETE", at(cluster, "notify-ports", port), undefined, null),
  };
}
