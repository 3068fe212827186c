/** The first renewal of an agent of version 1 of the session: it does not say for how long its node may still hold. */
export const earlierRenewal = {
  type: "renewal",
  n: 1,
  lastAnswer: 0,
  generation: 1,
  revision: null,
  generationAgeMs: null,
  intact: [],
  released: [],
  claims: [],
  leaving: false,
  report: null,
};
