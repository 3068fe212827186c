import { expect } from "vitest";
import type { ClusterDefinition } from "../../src/cluster/definition/definition.ts";
import { Cluster } from "../cluster/driver.ts";
import { Transcript } from "./transcript.ts";

/** A cluster whose nodes are up, and the transcript of what happens to it from then on. */
export class Stage {
  readonly transcript: Transcript;
  readonly cluster: Cluster;

  constructor(definition: ClusterDefinition, { at = 1_000_000, without = [] as readonly string[] } = {}) {
    this.transcript = new Transcript(at);
    let told = false;
    this.cluster = new Cluster(null, (line) => {
      if (told) this.transcript.note(line);
      else this.transcript.meet(line);
    });
    this.cluster.now = at;
    expect(this.cluster.define(definition).kind).toBe("done");
    this.cluster.up(...Object.keys(definition.nodes).filter((node) => !without.includes(node)));
    told = true;
  }

  heading(text: string): void {
    this.transcript.heading(text);
  }

  /** Time passes while these renew, of which the transcript says nothing but what is news. */
  quietly(ms: number, ...nodes: readonly string[]): void {
    this.transcript.quietly(() => this.cluster.pass(ms, ...nodes));
  }

  async matches(file: string): Promise<void> {
    await expect(this.transcript.text).toMatchFileSnapshot(file);
  }
}
