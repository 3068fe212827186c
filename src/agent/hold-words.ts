import { holdId } from "../cluster/messages.ts";
import type { HoldOrder, Orders } from "./orders.ts";

export type HoldNews = { readonly code: "owns" | "gives-up" | "owns-no-more"; readonly sentence: string };

/** What new orders say to people: which groups are this node's now, which leave it, and which have left. */
export function holdNews(before: Orders | null, after: Orders): HoldNews[] {
  const was = new Map(before?.holds.map((hold) => [holdId(hold), hold]));
  const is = new Map(after.holds.map((hold) => [holdId(hold), hold]));
  const gone = [...was.values()].filter((hold) => !is.has(holdId(hold)));
  return [
    ...gone.map((hold) => news("owns-no-more", hold, "is not this node's any more")),
    ...[...is.values()].flatMap((hold) => {
      const kind = was.get(holdId(hold))?.mode.kind;
      if (hold.mode.kind === "up") return kind === "up" ? [] : [news("owns", hold, "is this node's")];
      return kind === "up" ? [news("gives-up", hold, "leaves this node: all of it goes offline here")] : [];
    }),
  ];
}

function news(code: HoldNews["code"], { group, epoch }: HoldOrder, what: string): HoldNews {
  return { code, sentence: `group ${group} ${what} (epoch ${epoch})` };
}
