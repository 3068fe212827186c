import { mayReport } from "./associations.ts";
import type { Session } from "./state.ts";
import { journal, putSession, type Turn } from "./turn.ts";

/** Journals what an agent's report tells of its host that has not been told before. */
export function noteNotices(turn: Turn, session: Session): void {
  const news = session.report.notices.filter(({ n }) => n > session.told.notices);
  if (news.length === 0) return;
  const notices = Math.max(...news.map(({ n }) => n));
  putSession(turn, session.incarnation, { ...session, told: { ...session.told, notices } });
  for (const { at, code, message } of news) {
    if (!mayReport(turn, session.node)) continue;
    journal(turn, {
      kind: "node.notice",
      severity: "warning",
      sentence: `Node ${session.node} says${agoOf(turn.now - at)}: ${message}.`,
      node: session.node,
      details: { code, at },
    });
  }
}

/** It may have been cut off when it happened. The two clocks need not agree to the second. */
function agoOf(ms: number): string {
  return ms < 3_000 ? "" : `, of ${Math.round(ms / 1_000)} s ago`;
}
