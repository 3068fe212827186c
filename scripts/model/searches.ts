/** What is searched: all of it has to hold. Together they take some minutes on one core, and less than 6 GB. */
export type Search = { readonly name: string; readonly what: string; readonly defines: readonly string[] };

export const quickSearch: Search = {
  name: "quick",
  what: "one message each way",
  defines: ["UPS=1", "DOWNS=1", "LIVE"],
};

export const searches: readonly Search[] = [
  { name: "renewals", what: "two renewals of a node under way", defines: ["UPS=2", "DOWNS=1", "LIVE"] },
  { name: "answers", what: "two answers to a node under way", defines: ["UPS=1", "DOWNS=2", "LIVE"] },
  { name: "ticks", what: "a ttl of five ticks", defines: ["UPS=1", "DOWNS=1", "LIVE", "TTL=5"] },
  {
    name: "raw",
    what: "nothing forgotten, swapped or numbered anew, and three epochs",
    defines: ["UPS=1", "DOWNS=1", "RAW"],
  },
  {
    name: "roll-back",
    what: "a second instance for ever, and one roll-back to any earlier state",
    defines: ["UPS=1", "DOWNS=1", "PAST", "TTL=2"],
  },
];

/** A rule said in a weaker way, behind `WEAKER_<name>` in the model: it has to be found out. */
export type WeakerWording = {
  readonly name: string;
  readonly rule: string;
  readonly what: string;
  readonly defines: readonly string[];
};

const plain = ["UPS=1", "DOWNS=1"];

export const weakerWordings: readonly WeakerWording[] = [
  { name: "MARGIN", rule: "GR1", what: "no margin for the clocks' rates", defines: plain },
  { name: "RECEIPT", rule: "GR1", what: "the fuse counts from the grant's arrival", defines: plain },
  { name: "WRITE", rule: "GR2", what: "an owner is extended without a row", defines: [...plain, "PAST"] },
  { name: "PERSIST", rule: "EN6", what: "an epoch is told before it is written", defines: plain },
  {
    name: "ABSENCE",
    rule: "GR7",
    what: "an epoch that a renewal does not mention is released",
    defines: [...plain, "PAST"],
  },
  { name: "RELEASE", rule: "EN2", what: "released before it is offline", defines: plain },
  { name: "FINAL", rule: "EN2", what: "a late grant counts after the release", defines: plain },
  { name: "K", rule: "EN3", what: "a claim says only: I counted a ttl for this epoch", defines: plain },
  { name: "EPOCH", rule: "EN6", what: "the epoch does not grow", defines: plain },
  { name: "HOLD", rule: "ST1", what: "epochs begin at once after a start", defines: [...plain, "PAST"] },
  {
    name: "RESUME",
    rule: "ST2",
    what: "after a start the owner is extended whatever its fuse",
    defines: [...plain, "PAST"],
  },
  { name: "RUN", rule: "ST4", what: "the owner is a name: a new run goes on", defines: plain },
  { name: "BIND", rule: "Guarantees", what: "an agent says `BIND` without a look at its fuse", defines: plain },
  {
    name: "KNOCK",
    rule: "EN3",
    what: "what a new run says ends its predecessor's silence",
    defines: [...plain, "LIVE"],
  },
];
