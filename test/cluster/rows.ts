import { expect } from "vitest";
import { emptyDurable } from "../../src/cluster/durable.ts";
import type { Change } from "../../src/cluster/events.ts";
import type { Generation } from "../../src/cluster/lease/generation.ts";
import type { JournalEntry } from "../../src/cluster/journal.ts";
import type { Durable } from "../../src/cluster/state.ts";

/** The rows as a store keeps them: text, so that nothing is shared with the brain's memory. */
export class Rows {
  #tables: Durable = emptyDurable({ number: 0, nonce: "" });
  readonly journal: JournalEntry[] = [];

  /** One write, all of it. Checks that what is written differs from what stands there (BR2), and the journal's count (JN1). */
  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.table !== "journal")
        expect(change.row, `BR2: a row of ${change.table} is written unchanged`).not.toEqual(this.#present(change));
      this.#write(structuredClone(change));
    }
  }

  writeGeneration(generation: Generation): void {
    this.#tables = { ...this.#tables, generation };
  }

  get generation(): Generation {
    return this.#tables.generation;
  }

  /** In the order of their keys, which is all that a table promises. */
  load(): Durable {
    const { generation, cluster, nodes, groups, holds, leases, operations } = structuredClone(this.#tables);
    return {
      generation,
      cluster,
      nodes: byKey(nodes),
      groups: byKey(groups),
      holds: byKey(holds),
      leases: byKey(leases),
      operations: byKey(operations),
    };
  }

  /** What a backup of the folder holds. */
  copy(): Rows {
    const copy = new Rows();
    copy.#tables = this.load();
    copy.journal.push(...this.journal);
    return copy;
  }

  #present(change: Exclude<Change, { table: "journal" }>): unknown {
    if (change.table === "generation" || change.table === "cluster") return this.#tables[change.table];
    return this.#tables[change.table].get(change.key) ?? null;
  }

  #write(change: Change): void {
    const tables = this.#tables;
    switch (change.table) {
      case "journal":
        expect(change.row.seq, "JN1: the journal counts by one").toBe((this.journal.at(-1)?.seq ?? 0) + 1);
        this.journal.push(change.row);
        return;
      case "generation":
        this.#tables = { ...tables, generation: change.row };
        return;
      case "cluster":
        this.#tables = { ...tables, cluster: change.row };
        return;
      case "nodes":
        this.#tables = { ...tables, nodes: withChange(tables.nodes, change) };
        return;
      case "groups":
        this.#tables = { ...tables, groups: withChange(tables.groups, change) };
        return;
      case "holds":
        this.#tables = { ...tables, holds: withChange(tables.holds, change) };
        return;
      case "leases":
        this.#tables = { ...tables, leases: withChange(tables.leases, change) };
        return;
      case "operations":
        this.#tables = { ...tables, operations: withChange(tables.operations, change) };
        return;
    }
  }
}

function withChange<Row>(
  table: ReadonlyMap<string, Row>,
  { key, row }: { key: string; row: Row | null },
): Map<string, Row> {
  const copy = new Map(table);
  if (row === null) copy.delete(key);
  else copy.set(key, row);
  return copy;
}

function byKey<Row>(table: ReadonlyMap<string, Row>): Map<string, Row> {
  return new Map([...table].sort(([a], [b]) => (a < b ? -1 : 1)));
}
