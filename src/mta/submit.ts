import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { put } from "./durable.ts";
import type { OrName } from "./or-name.ts";
import { encodeMessage, type Message } from "./p1.ts";
import { encodeTextMessage } from "./p2.ts";
import { assertQueue, outboxFolder } from "./queue-folder.ts";
import { utcTime } from "./utc-time.ts";

export type Submission = {
  /** The group's folder of messages: `QueueFolder` of its MTA. */
  readonly queue: string;
  /** The MTA that it is handed to. */
  readonly partner: string;
  readonly originator: OrName;
  readonly recipients: readonly OrName[];
  /** In letters that T.61 has. */
  readonly subject: string | null;
  /** Printable ASCII, in lines. */
  readonly text: string;
  readonly now: Date;
};

/** Puts a message where the group's MTA finds it. Resolves with the name of its file when it is on the disk. Rejects with `T61Error`, and writes nothing. */
export async function submit({
  queue,
  partner,
  originator,
  recipients,
  subject,
  text,
  now,
}: Submission): Promise<string> {
  // Sorted as they were submitted; 32 characters at most, and unique without anybody to ask.
  const local = `${now.toISOString().replaceAll(/[-:Z]/g, "")}-${randomBytes(6).toString("hex")}`;
  const { country, admd, prmd } = originator;
  const domain = { country, admd, prmd };
  const message: Message = {
    identifier: { domain, local },
    originator,
    contentType: 2,
    contentIdentifier: null,
    recipients: recipients.map((name, index) => ({ name, number: index + 1, isResponsible: true })),
    trace: [{ domain, arrival: utcTime(now) }],
    content: encodeTextMessage({ originator, recipients, identifier: local, subject, body: text }),
  };
  assertQueue(queue);
  const folder = outboxFolder(queue, partner);
  await mkdir(folder, { recursive: true });
  const name = `${local}.p1`;
  await put(folder, name, encodeMessage(message));
  return name;
}
