import * as z from "zod";
import {
  type Notifications,
  notificationsSchema,
  type NotifyPort,
  type NotifyPortRequestInput,
  notifyPortSchema,
  type RegistrationInput,
} from "../../protocol/notify.ts";
import type { Result } from "../result.ts";
import type { Transport } from "../transport.ts";

/** Notify ports (CreateClusterNotifyPort and its kin). */
export function notifyMethods({ at, get, post, remove }: Transport) {
  return {
    createNotifyPort: (cluster: string, port: NotifyPortRequestInput): Promise<Result<NotifyPort>> =>
      post(at(cluster, "notify-ports"), port, notifyPortSchema),
    registerNotify: (cluster: string, port: string, registration: RegistrationInput): Promise<Result<NotifyPort>> =>
      post(at(cluster, "notify-ports", port, "registrations"), registration, notifyPortSchema),
    /**
     * Null: nothing came in this time.
     * @param question `timeoutMs`: how long to wait for it, 30 000 at most. `after`: the position of the last answer that came
     *   in; without it, what is answered is not told again, be the answer lost
     */
    nextNotifications: (
      cluster: string,
      port: string,
      question: { readonly timeoutMs?: number; readonly after?: number } = {},
    ): Promise<Result<Notifications | null>> => {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(question)) query.set(name, String(value));
      return get(`${at(cluster, "notify-ports", port, "next")}?${query}`, z.nullable(notificationsSchema), {
        waitMs: question.timeoutMs ?? 0,
      });
    },
    closeNotifyPort: (cluster: string, port: string): Promise<Result<null>> =>
      remove(at(cluster, "notify-ports", port)),
  };
}
