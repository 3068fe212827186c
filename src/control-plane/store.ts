import type { Change } from "../cluster/events.ts";
import type { Generation } from "../cluster/lease/generation.ts";
import { emptyDurable } from "../cluster/durable.ts";
import type { Wanted } from "../cluster/messages.ts";
import type { Operation } from "../cluster/commands/operation.ts";
import { damaged } from "../protocol/storage-fault.ts";
import { definitionSchema } from "../protocol/definition.ts";
import { JournalStore } from "./journal-store.ts";
import {
  type ClusterRow,
  type Durable,
  type GroupRow,
  type Hold,
  type HoldPhase,
  type Lease,
  type LeaseRow,
  type NodeRow,
  noPlan,
  type Plan,
} from "../cluster/state.ts";

/** The brain's durable state, row for row. A change of one row is one row written, new or not: the tables have no second tree. */
export class Store {
  readonly journal: JournalStore;
  readonly #storage: DurableObjectStorage;
  #rowsWritten = 0;

  /** The tables must be there. */
  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.journal = new JournalStore(storage.sql);
  }

  /** Rows written since this instance began, as the platform counts them: what the steady state costs. */
  get rowsWritten(): number {
    return this.#rowsWritten + this.journal.rowsWritten;
  }

  /** All changes or none. Throws when the platform does not take the write: then this instance may not go on. */
  apply(changes: readonly Change[]): void {
    this.#storage.transactionSync(() => {
      for (const change of changes) this.#write(change);
    });
  }

  generation(): Generation | null {
    return this.#storage.sql.exec<Generation>("SELECT number, nonce FROM generation").toArray()[0] ?? null;
  }

  writeGeneration({ number, nonce }: Generation): void {
    this.#exec(
      `INSERT INTO generation (one, number, nonce) VALUES (1, ?, ?)
       ON CONFLICT DO UPDATE SET number = excluded.number, nonce = excluded.nonce`,
      number,
      nonce,
    );
  }

  /** Throws when a row is not what this file writes: then the data is damaged. */
  load(generation: Generation): Durable {
    try {
      return this.#read(generation);
    } catch (error) {
      throw new Error(`${damaged}: a row cannot be read: ${String(error)}`, { cause: error });
    }
  }

  #read(generation: Generation): Durable {
    return {
      ...emptyDurable(generation),
      cluster: this.#cluster(),
      nodes: this.#rows("SELECT name, paused, drain, stability FROM nodes ORDER BY name", readNode),
      groups: this.#rows(
        "SELECT name, epoch, wanted, troubles, exceptions, plan, demands FROM groups ORDER BY name",
        readGroup,
      ),
      holds: this.#rows(
        "SELECT id, group_name, epoch, node, incarnation, machine, addresses, devices, phase FROM holds ORDER BY id",
        readHold,
      ),
      leases: this.#rows("SELECT incarnation, node, held FROM leases ORDER BY incarnation", readLease),
      operations: this.#rows("SELECT id, operation FROM operations ORDER BY id", readOperation),
    };
  }

  #write(change: Change): void {
    switch (change.table) {
      case "generation":
        return this.writeGeneration(change.row);
      case "cluster":
        return this.#writeCluster(change.row);
      case "nodes":
        return change.row === null ? this.#delete("nodes", "name", change.key) : this.#writeNode(change.row);
      case "groups":
        return change.row === null ? this.#delete("groups", "name", change.key) : this.#writeGroup(change.row);
      case "holds":
        return change.row === null ? this.#delete("holds", "id", change.key) : this.#writeHold(change.key, change.row);
      case "leases":
        return change.row === null ? this.#delete("leases", "incarnation", change.key) : this.#writeLease(change.row);
      case "operations":
        return change.row === null ? this.#delete("operations", "id", change.key) : this.#writeOperation(change.row);
      case "journal":
        return this.journal.add(change.row);
    }
  }

  #writeCluster({ revision, epochFloor, definition, maintenance, destroyed, silent }: ClusterRow): void {
    this.#exec(
      `INSERT INTO cluster (one, revision, epoch_floor, definition, maintenance, destroyed, silent) VALUES (1, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET revision = excluded.revision, epoch_floor = excluded.epoch_floor,
         definition = excluded.definition, maintenance = excluded.maintenance, destroyed = excluded.destroyed,
         silent = excluded.silent`,
      revision,
      epochFloor,
      JSON.stringify(definition),
      maintenance ? 1 : 0,
      destroyed ? 1 : 0,
      JSON.stringify(silent),
    );
  }

  #writeNode({ name, paused, drain, stability }: NodeRow): void {
    this.#exec(
      `INSERT INTO nodes (name, paused, drain, stability) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET paused = excluded.paused, drain = excluded.drain, stability = excluded.stability`,
      name,
      paused ? 1 : 0,
      drain === null ? null : JSON.stringify(drain),
      JSON.stringify(stability),
    );
  }

  #writeGroup({ name, epoch, wanted, troubles, exceptions, plan, demands }: GroupRow): void {
    this.#exec(
      `INSERT INTO groups (name, epoch, wanted, troubles, exceptions, plan, demands) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET epoch = excluded.epoch, wanted = excluded.wanted, troubles = excluded.troubles,
         exceptions = excluded.exceptions, plan = excluded.plan, demands = excluded.demands`,
      name,
      epoch,
      wanted,
      JSON.stringify(troubles),
      JSON.stringify(exceptions),
      JSON.stringify(plan),
      JSON.stringify(demands),
    );
  }

  #writeHold(id: string, { group, epoch, node, incarnation, machine, addresses, devices, phase }: Hold): void {
    this.#exec(
      `INSERT INTO holds (id, group_name, epoch, node, incarnation, machine, addresses, devices, phase)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET group_name = excluded.group_name, epoch = excluded.epoch, node = excluded.node,
         incarnation = excluded.incarnation, machine = excluded.machine, addresses = excluded.addresses,
         devices = excluded.devices, phase = excluded.phase`,
      id,
      group,
      epoch,
      node,
      incarnation,
      machine,
      JSON.stringify(addresses),
      JSON.stringify(devices),
      JSON.stringify(phase),
    );
  }

  #writeLease({ incarnation, node, held }: LeaseRow): void {
    this.#exec(
      `INSERT INTO leases (incarnation, node, held) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET node = excluded.node, held = excluded.held`,
      incarnation,
      node,
      JSON.stringify(held),
    );
  }

  #writeOperation(operation: Operation): void {
    this.#exec(
      "INSERT INTO operations (id, operation) VALUES (?, ?) ON CONFLICT DO UPDATE SET operation = excluded.operation",
      operation.id,
      JSON.stringify(operation),
    );
  }

  /** The definition is read by its schema: an earlier version may have written less than there is to say now. */
  #cluster(): ClusterRow | null {
    const row = this.#storage.sql
      .exec<{
        revision: number;
        epoch_floor: number;
        definition: string;
        maintenance: number;
        destroyed: number;
        silent: string;
      }>("SELECT revision, epoch_floor, definition, maintenance, destroyed, silent FROM cluster")
      .toArray()[0];
    if (row === undefined) return null;
    return {
      definition: definitionSchema.parse(JSON.parse(row.definition)),
      revision: row.revision,
      epochFloor: row.epoch_floor,
      maintenance: row.maintenance === 1,
      destroyed: row.destroyed === 1,
      silent: fromJson(row.silent),
    };
  }

  #rows<Raw extends Record<string, SqlStorageValue>, Row>(
    query: string,
    read: (raw: Raw) => readonly [key: string, row: Row],
  ): Map<string, Row> {
    return new Map(this.#storage.sql.exec<Raw>(query).toArray().map(read));
  }

  #delete(table: string, column: string, key: string): void {
    this.#exec(`DELETE FROM ${table} WHERE ${column} = ?`, key);
  }

  #exec(query: string, ...bindings: readonly SqlStorageValue[]): void {
    this.#rowsWritten += this.#storage.sql.exec(query, ...bindings).rowsWritten;
  }
}

function readNode(raw: {
  name: string;
  paused: number;
  drain: string | null;
  stability: string;
}): readonly [string, NodeRow] {
  const { name, paused, drain, stability } = raw;
  return [
    name,
    { name, paused: paused === 1, drain: drain === null ? null : fromJson(drain), stability: fromJson(stability) },
  ];
}

function readGroup(raw: {
  name: string;
  epoch: number;
  wanted: Wanted;
  troubles: string;
  exceptions: string;
  plan: string;
  demands: string;
}): readonly [string, GroupRow] {
  const { name, epoch, wanted, troubles, exceptions, plan, demands } = raw;
  return [
    name,
    {
      name,
      epoch,
      wanted,
      exceptions: fromJson<string[]>(exceptions),
      troubles: fromJson(troubles),
      plan: readPlan(plan),
      demands: fromJson(demands),
    },
  ];
}

/** An earlier version knew no loss, no operation of a move, and nobody whom a way home waits for. */
function readPlan(text: string): Plan {
  const { move, failback, ...others } = fromJson<Partial<Plan>>(text);
  return {
    ...noPlan,
    ...others,
    move: move == null ? null : { ...move, operation: move.operation ?? null },
    failback: failback == null ? null : { ...failback, awaited: failback.awaited ?? [] },
  };
}

/** Fields that rows of earlier versions do not have. */
type Later = "groups" | "ends";

function readOperation(raw: { id: string; operation: string }): readonly [string, Operation] {
  // An earlier version wrote none.
  return [
    raw.id,
    { groups: [], ends: [], ...fromJson<Omit<Operation, Later> & Partial<Pick<Operation, Later>>>(raw.operation) },
  ];
}

function readHold(raw: {
  id: string;
  group_name: string;
  epoch: number;
  node: string;
  incarnation: string;
  machine: string | null;
  addresses: string;
  devices: string;
  phase: string;
}): readonly [string, Hold] {
  const { id, group_name: group, epoch, node, incarnation, machine, addresses, devices, phase } = raw;
  return [
    id,
    {
      group,
      epoch,
      node,
      incarnation,
      machine,
      addresses: fromJson<string[]>(addresses),
      devices: fromJson<string[]>(devices),
      phase: fromJson<HoldPhase>(phase),
    },
  ];
}

function readLease(raw: { incarnation: string; node: string; held: string }): readonly [string, LeaseRow] {
  const { incarnation, node, held } = raw;
  return [incarnation, { incarnation, node, held: fromJson<Record<string, Lease>>(held) }];
}

/** Only what this file has written comes back here. */
function fromJson<T>(text: string): T {
  return JSON.parse(text) as T;
}
