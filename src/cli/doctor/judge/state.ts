import { failed, ok, type Outcome, skipped, warning } from "../outcome.ts";

/** What is said of a file or folder. `forbidden`: who asks may not look at it. */
export type Inode =
  | { readonly kind: "there"; readonly isFolder: boolean; readonly mode: number; readonly uid: number }
  | { readonly kind: "absent" }
  | { readonly kind: "forbidden" };

const others = 0o007;
const othersWrite = 0o002;
const group = 0o070;
const octal = (mode: number): string => (mode & 0o777).toString(8).padStart(4, "0");

/** @param user whom the agent runs as; null: that is not known */
export function judgeStateFolder(path: string, found: Inode, user: number | null): Outcome {
  if (found.kind === "forbidden") return mayNotLook(path);
  if (found.kind === "absent") {
    return skipped(`${path} is not there yet`, "the agent makes it when it starts, if it may");
  }
  if (!found.isFolder) {
    return failed({
      what: `${path} is no folder`,
      cost: "the agent does not start",
      remedy: "name another one with state",
    });
  }
  if (user !== null && user !== 0 && found.uid !== user) {
    return failed({
      what: `${path} belongs to uid ${found.uid}, and the agent runs as uid ${user}`,
      cost: "the agent cannot write what it has to remember, and does not start",
      remedy: `chown -R ${user} ${path}`,
    });
  }
  if ((found.mode & othersWrite) !== 0) {
    return failed({
      what: `everybody may write into ${path} (mode ${octal(found.mode)})`,
      cost: "anybody on this host may change what this node remembers, and speak to its guard, which obeys",
      remedy: `chmod 700 ${path}`,
    });
  }
  if ((found.mode & others) !== 0) {
    return warning({
      what: `everybody may look into ${path} (mode ${octal(found.mode)})`,
      cost: "what the programs of this node print can be read by anybody on this host",
      remedy: `chmod 700 ${path}`,
    });
  }
  return ok(`${path} is there, and its owner's alone (uid ${found.uid})`);
}

/** Types of file systems that are in memory, as statfs(2) gives them. */
const inMemory: ReadonlyMap<number, string> = new Map([
  [0x0102_1994, "tmpfs"],
  [0x8584_58f6, "ramfs"],
]);

/** @param type as statfs(2) gives it */
export function judgeStateDisk(path: string, type: number): Outcome {
  const name = inMemory.get(type);
  if (name === undefined) return ok(`${path} outlives a restart of this host`);
  return warning({
    what: `${path} is in memory (${name})`,
    cost:
      "after a restart of this host nobody notices by it that the control plane was set back to an older copy, and two hosts could " +
      "be given one address",
    remedy: "put the agent's state on a disk",
  });
}

/** Of a file that was not read. `forbidden`: who asks may not, which says nothing of the agent. */
export type MemoryFault =
  | { readonly kind: "faulty"; readonly why: string }
  | { readonly kind: "forbidden"; readonly file: string };

export function judgeMemory(faults: readonly MemoryFault[]): Outcome {
  const whys = faults.flatMap((fault) => (fault.kind === "faulty" ? [fault.why] : []));
  if (whys.length > 0) {
    return failed({ what: whys.join("; "), cost: "the agent does not start", remedy: "do what is said there" });
  }
  const unseen = faults.flatMap((fault) => (fault.kind === "forbidden" ? [fault.file] : []));
  if (unseen.length > 0) return mayNotLook(unseen.join(" and "));
  return ok("what this node has seen, and has begun, can be read");
}

/** What a token's file holds. */
export type TokenText = "one-token" | "empty" | "no-token";

export function judgeTokenFile(path: string | null, found: Inode, text: TokenText | null): Outcome {
  if (path === null) {
    return skipped(
      "the configuration names no tokenFile",
      "where the agent is given its token by its environment, this is so",
    );
  }
  if (found.kind === "forbidden" || (found.kind === "there" && text === null)) return mayNotLook(path);
  if (found.kind === "absent" || text !== "one-token") {
    return failed({
      what: found.kind === "absent" ? `${path} is not there` : `${path} does not hold one token`,
      cost: "the agent cannot join its cluster",
      remedy: "make one: bridgehead token create --role node --node NODE --file FILE",
    });
  }
  const isForOthers = (found.mode & others) !== 0;
  if (!isForOthers && (found.mode & group) === 0) return ok(`${path} holds one token, and its owner alone can read it`);
  const lack = {
    what: `${path} can be read by ${isForOthers ? "everybody" : "its group"} (mode ${octal(found.mode)})`,
    cost: "who has the token can join as this node, and release what it holds",
    remedy: `chmod 600 ${path}, and make a new token if others are on this host: bridgehead token create`,
  };
  return isForOthers ? failed(lack) : warning(lack);
}

function mayNotLook(path: string): Outcome {
  return skipped(`this user may not look at ${path}`, "run bridgehead doctor as root, or as the agent's user");
}
