import type { JournalNote } from "../cluster/journal.ts";
import { lookup } from "../cluster/definition/definition.ts";
import type { ClusterState } from "../cluster/state.ts";
import { protocolLimits } from "../protocol/limits.ts";
import type { TokenList, TokenRequest } from "../protocol/tokens.ts";
import { type Admission, type Credential, keptOut } from "./credential.ts";
import { TokenBuckets } from "./token-buckets.ts";
import { type TokenStore, subjectOf } from "./token-store.ts";

export type TokenSurroundings = {
  readonly store: TokenStore;
  readonly state: () => ClusterState;
  readonly clock: () => number;
  /** What a token has opened is closed with it. */
  readonly closeOf: (id: string) => void;
  readonly note: (actor: string, note: Omit<JournalNote, "actor">) => void;
};

type ListedToken = TokenList["tokens"][number];

/** Who may ask: tokens are made and revoked here, and the journal tells of it, by their ids. */
export class TokenDesk {
  readonly #in: TokenSurroundings;
  readonly #requests = new TokenBuckets({
    burst: protocolLimits.requestsAtOnce,
    perSecond: protocolLimits.requestsPerSecond,
  });
  /** There may be tokens of nodes that are not part of the cluster any more. */
  #mayHaveStrangers = true;

  constructor(surroundings: TokenSurroundings) {
    this.#in = surroundings;
  }

  /** What is no token has no rate, so there are no more buckets than tokens. */
  admit({ id, digest, entry }: Credential): Admission {
    const principal = this.#in.store.holder(id, digest);
    if (principal === null) return { kind: "unknown" };
    const retryAfterMs = entry.counts ? this.#requests.take(id, this.#in.clock()) : 0;
    if (retryAfterMs > 0) return { kind: "too-often", retryAfterMs };
    return keptOut(entry, principal) ?? { kind: "known", principal };
  }

  /**
   * Whether a token goes on: it may have been revoked since the Worker looked, and what it opens now nobody would ever close.
   * @param id null for the admin token, which no cluster revokes
   */
  goesOn(id: string | null): boolean {
    return id === null || this.#in.store.has(id);
  }

  add(
    id: string,
    digest: ArrayBuffer,
    request: TokenRequest,
    actor: string,
  ): "added" | "full" | "no-node" | "not-defined" {
    if (this.#in.state().durable.cluster?.destroyed === true) return "not-defined";
    if (request.role === "node" && !this.#isNode(request.node)) return "no-node";
    if (!this.#in.store.add(id, digest, request, this.#in.clock(), actor)) return "full";
    const { role } = request;
    const subject = subjectOf(request);
    this.#in.note(actor, {
      kind: "token.created",
      sentence: `Token ${id} was made: ${named(role, subject)}.`,
      node: role === "node" ? subject : null,
      details: { token: id, role, subject },
    });
    return "added";
  }

  list(): readonly ListedToken[] {
    return this.#in.store.list();
  }

  /** False when there is none with this id. */
  revoke(id: string, actor: string): boolean {
    const token = this.list().find((one) => one.id === id);
    if (token === undefined) return false;
    this.#end(token, actor, "");
    return true;
  }

  /** The cluster is defined anew after it was destroyed: of the old tokens only those that end what is still held go on. */
  endThoseOfDestroyed(): void {
    const holding = this.#holding();
    for (const token of this.list()) {
      if (token.role === "node" && holding.has(token.subject ?? "")) continue;
      this.#end(token, "cluster", ": the cluster that it was made for was destroyed");
    }
  }

  /** The cluster is gone, and nobody is there any more who could be told. */
  revokeAll(): void {
    for (const { id } of this.list()) {
      this.#in.store.remove(id);
      this.#in.closeOf(id);
    }
  }

  /** The definition may have lost a node. */
  definitionChanged(): void {
    this.#mayHaveStrangers = true;
  }

  /** A node that was evicted needs its token to release what it holds; when it holds nothing, it has no use for one. */
  endStrangers(): void {
    const { cluster } = this.#in.state().durable;
    if (!this.#mayHaveStrangers || cluster === null || cluster.destroyed) return;
    const strangers = this.list().filter(({ role, subject }) => role === "node" && !this.#isNode(subject ?? ""));
    const holding = this.#holding();
    const over = strangers.filter(({ subject }) => !holding.has(subject ?? ""));
    // Each end is told, which asks this again.
    this.#mayHaveStrangers = false;
    for (const token of over) this.#end(token, "cluster", `: node ${token.subject} is no part of the cluster any more`);
    this.#mayHaveStrangers = over.length < strangers.length;
  }

  #end(token: ListedToken, actor: string, why: string): void {
    const { id, role, subject } = token;
    this.#in.store.remove(id);
    this.#in.closeOf(id);
    this.#in.note(actor, {
      kind: "token.revoked",
      sentence: `Token ${id}, ${named(role, subject)}, was revoked${why}.`,
      node: role === "node" ? subject : null,
      details: { token: id, role, subject },
    });
  }

  #holding(): ReadonlySet<string> {
    const holds = [...this.#in.state().durable.holds.values()];
    return new Set(
      holds.flatMap(({ node, agreement }) => [node, ...(agreement.claimants ?? []).map((one) => one.node)]),
    );
  }

  #isNode(name: string): boolean {
    const { cluster } = this.#in.state().durable;
    return cluster !== null && lookup(cluster.definition.nodes, name) !== undefined;
  }
}

function named(role: ListedToken["role"], subject: string | null): string {
  return subject === null ? `${/^[aeio]/.test(role) ? "an" : "a"} ${role}'s` : `that of ${role} ${subject}`;
}
