import type { ClusterDefinition } from "../../src/cluster/definition/definition.ts";
import type { AgentMessage, ObjectMessage } from "../../src/cluster/messages.ts";
import { Alarm } from "../../src/control-plane/alarm.ts";
import { encode } from "../../src/protocol/session.ts";
import { CalmWorld } from "../../test/simulation/calm-world.ts";

/** What one cluster at rest asks of its platform in an hour. */
export type Hour = {
  /** Rows of tables, journal and alarm included. */
  readonly rowsWritten: number;
  readonly journalEntries: number;
  readonly alarms: number;
  /** Of all nodes' agents to the object, and back. */
  readonly messagesIn: number;
  readonly messagesOut: number;
  /** On one node's connection, both ways: payload and WebSocket heads (RFC 6455 section 5.2), without TLS, TCP and IP. */
  readonly bytesPerNode: number;
};

const hourMs = 3_600_000;
const seed = 1;

/** Lets an hour pass in a simulated cluster of the real brain and agents to which nothing happens, and counts. */
export function restForAnHour(definition: ClusterDefinition): Hour {
  const world = new CalmWorld(seed, definition);
  let [rowsWritten, journalEntries, alarms, messagesIn, messagesOut, bytes] = [0, 0, 0, 0, 0, 0];
  const { schedule, platform, network, nodes } = world;
  // The object's own alarm is set less often than the brain wants it.
  const alarm = new Alarm({
    getAlarm: () => Promise.resolve(null),
    setAlarm: (at) => {
      rowsWritten += 1;
      schedule.at(at, () => {
        alarms += 1;
        alarm.wentOff(schedule.now);
        alarm.setAnew();
      });
      return Promise.resolve();
    },
  });
  platform.watch = {
    persisted: (changes) => {
      rowsWritten += changes.length;
      journalEntries += changes.filter(({ table }) => table === "journal").length;
    },
    wanted: (at) => alarm.want("brain", at === null ? null : at - platform.clockOffset),
  };
  network.watch = (way, message) => {
    if (way === "to-object") messagesIn += 1;
    else messagesOut += 1;
    bytes += framed(message) + (way === "to-object" ? maskBytes : 0);
  };
  world.pass(hourMs);
  return { rowsWritten, journalEntries, alarms, messagesIn, messagesOut, bytesPerNode: bytes / nodes.length };
}

/** What a client sends is masked. */
const maskBytes = 4;

function framed(message: AgentMessage | ObjectMessage): number {
  const { length } = Buffer.from(encode(message));
  return length + (length < 126 ? 2 : length < 65_536 ? 4 : 10);
}
