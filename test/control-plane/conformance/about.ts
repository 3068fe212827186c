import type { Conformance } from "./row.ts";

const without = "it takes nothing and reads nothing, so there is nothing to refuse";

export const about: Conformance = {
  rows: {
    getHealth: { success: { status: 200 }, refusal: { without }, badInput: { without } },
    getEchoSource: { success: { status: 200 }, refusal: { without }, badInput: { without } },
    getVersion: { success: { status: 200 }, refusal: { without }, badInput: { without } },
  },
};
