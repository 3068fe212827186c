import { createHash } from "node:crypto";
import { familyOf, parseAddress } from "../../cluster/definition/ip-address.ts";
import { oneAtATime } from "../../mta/one-at-a-time.ts";
import { complaintOf, createTool, type Printed, type Started, type Tool, ToolError } from "./tool.ts";

/**
 * The packet filter on the way out (LEASE rule 15): nothing leaves this host from an address that it guards, ARP included,
 * unless the address is open, and it closes by itself when its time is over, whatever has become of this process. A netdev
 * egress chain, because chains of the families inet and arp do not see what raw sockets send.
 */
export type Filter = {
  /** Guards this address on this device from now on, closed. */
  readonly guard: (address: string, device: string) => Promise<void>;
  /** Opens it until `deadline` (monotonic milliseconds). Rejects when the kernel does not show it as open. */
  readonly open: (address: string, deadline: number) => Promise<void>;
  /** Rejects when the kernel still shows it as open. */
  readonly close: (address: string) => Promise<void>;
  /**
   * Of an address that is open: what is established goes on, and nothing begins, in either direction, until `undrain` or `close`. A
   * caller from outside gets no answer at all: it tries again a second later, and may then reach the next owner; a reset it would
   * take for one. What this host calls on itself passes no device, and is not held back. Rejects when the kernel does not show it.
   */
  readonly drain: (address: string) => Promise<void>;
  readonly undrain: (address: string) => Promise<void>;
  /** Guards this address no longer: whoever has it here speaks. False: it is open, and stays guarded. */
  readonly unguard: (address: string) => Promise<boolean>;
  /** All that it guards. */
  readonly addresses: () => readonly string[];
  /** Guards nothing any more, and leaves nothing behind. */
  readonly clear: () => Promise<void>;
  readonly end: () => Promise<void>;
};

export class FilterError extends Error {
  override readonly name = "FilterError";
  readonly code = "filter-refused";
}

export type FilterOptions = {
  /** `tableOf` says how the agents of one host get a table each. */
  readonly table: string;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  /** Milliseconds of the Unix epoch. It serves the absolute bound alone. */
  readonly wallClock: () => number;
  readonly started?: Started;
  /** What an earlier run has left guarded, as `guardedBy` says. */
  readonly left: readonly string[];
  /** Its rules had gone, and are there again. */
  readonly restored: () => void;
};

type Guarded = {
  /** Null: an earlier run has guarded it, and this one not yet. */
  readonly device: string | null;
  /** `deadline` on the monotonic clock, and until which wall clock second at most; null: closed. */
  readonly open: { readonly deadline: number; readonly until: number } | null;
};

/** The name of an agent's table: those of other agents on the host, and of other programs, are not touched. */
export function tableOf({ cluster, node }: { readonly cluster: string; readonly node: string }): string {
  const id = createHash("sha256").update(`${cluster}\0${node}`).digest("hex").slice(0, 8);
  return `bridgehead_${id}`;
}

export function createFilter({ table, clock, wallClock, started, left, restored }: FilterOptions): Filter {
  const nft = createNft(started);
  const guarded = new Map<string, Guarded>(left.map((address) => [address, { device: null, open: null }]));
  /** Those whose chain is in place. */
  const devices = new Set<string>();
  const draining = new Set<string>();
  /** Each of them says all that is guarded, so that none may begin before the one before it is known to have come about. */
  const inTurn = oneAtATime();

  async function install(address: string, device: string): Promise<void> {
    // It counts as guarded when the kernel shows it: what failed is tried again, and not believed.
    const next = new Map([...guarded, [address, { device, open: null }] as const]);
    const commands = [
      // A chain's hook takes the kernel some 80 ms.
      ...(devices.has(device) ? [] : [...tableCommands(table), ...chainCommands(table, device)]),
      `add element ${setOf(table, "vip", address)} { ${address} }`,
      // An earlier run may have been killed while it drained.
      ...undraining(table, address),
      ...boundCommands(next),
    ];
    const { stdout, stderr } = await transaction(() => commands, [`list table netdev ${table}`]);
    if (!isIn(stdout, address) || !hasChain(stdout, device)) throw refused(address, stderr);
    guarded.set(address, { device, open: null });
    devices.add(device);
  }

  async function uninstall(address: string): Promise<boolean> {
    const there = guarded.get(address);
    if (there === undefined || there.open !== null) return there === undefined;
    const next = new Map([...guarded].filter(([other]) => other !== address));
    const set = setOf(table, "vip", address);
    const commands = [
      ...closing(table, address),
      ...undraining(table, address),
      ...removing(set, address),
      ...boundCommands(next),
    ];
    const { stdout, stderr } = await transaction(() => commands, [`list set ${set}`]);
    if (isIn(stdout, address)) throw refused(address, stderr);
    guarded.delete(address);
    return true;
  }

  async function open(address: string, deadline: number): Promise<void> {
    if (await tryToOpen(address, deadline)) return;
    // Somebody has flushed all rules, as the service of nftables does when it is reloaded, or the device was made anew.
    await restore();
    if (!(await tryToOpen(address, deadline))) throw refused(address, "");
    restored();
  }

  /** Resolves when the kernel shows all of it; false: it shows something else. */
  async function tryToOpen(address: string, deadline: number): Promise<boolean> {
    const device = guarded.get(address)?.device ?? null;
    if (device === null) throw refused(address, "it is not guarded");
    if (clock() >= deadline) {
      await close(address);
      return true;
    }
    const set = setOf(table, "open", address);
    const opening = (): string[] => {
      const leftMs = Math.max(1, Math.floor(deadline - clock()));
      // Whole seconds are what the rule can say. It is the bound of a call that was stopped on its way, and of a suspend.
      const until = Math.ceil((wallClock() + leftMs) / 1_000);
      guarded.set(address, { device, open: { deadline, until } });
      // Adding alone does not move the timeout of an element on every kernel.
      return [
        ...closing(table, address),
        ...openedBy(table, address).map(([of, element]) => `add element ${of} { ${element} timeout ${leftMs}ms }`),
        ...(draining.has(address) ? [] : undraining(table, address)),
        ...boundCommands(),
      ];
    };
    const { stdout } = await transaction(opening, [`list set ${set}`, `list chain netdev ${table} ${chainOf(device)}`]);
    return isIn(stdout, address) && hasChain(stdout, device);
  }

  /** All of it again, and what was open is. */
  async function restore(): Promise<void> {
    devices.clear();
    const before = [...guarded];
    for (const [address, { device }] of before) if (device !== null) await install(address, device);
    for (const [address, { open: was }] of before) if (was !== null) await tryToOpen(address, was.deadline);
  }

  async function close(address: string): Promise<void> {
    const there = guarded.get(address);
    draining.delete(address);
    if (there === undefined) return;
    guarded.set(address, { ...there, open: null });
    const commands = [...closing(table, address), ...undraining(table, address), ...boundCommands()];
    const { stdout, stderr } = await transaction(() => commands, [`list set ${setOf(table, "open", address)}`]);
    if (isIn(stdout, address)) throw refused(address, stderr);
  }

  async function drain(address: string): Promise<void> {
    const set = setOf(table, "draining", address);
    draining.add(address);
    const { stdout, stderr } = await transaction(() => [`add element ${set} { ${address} }`], [`list set ${set}`]);
    if (!isIn(stdout, address)) throw refused(address, stderr);
  }

  async function undrain(address: string): Promise<void> {
    // Should this fail, the next renewal does it.
    draining.delete(address);
    const look = `list set ${setOf(table, "draining", address)}`;
    const { stdout, stderr } = await transaction(() => undraining(table, address), [look]);
    if (isIn(stdout, address)) throw refused(address, stderr);
  }

  async function clear(): Promise<void> {
    guarded.clear();
    devices.clear();
    const commands = [`add table netdev ${table}`, `delete table netdev ${table}`];
    const { stdout, stderr } = await transaction(() => commands, ["list tables netdev"]);
    if (stdout.includes(table)) throw new FilterError(`table ${table} is still there: ${complaintOf(stderr)}`);
  }

  /** One line is one transaction. @param looks what the kernel shows after it is what counts */
  function transaction(commands: () => readonly string[], looks: readonly string[]): ReturnType<Tool["run"]> {
    return nft.run(() => [commands().join("; "), ...looks]);
  }

  function boundCommands(of: ReadonlyMap<string, Guarded> = guarded): string[] {
    const rules = [...of].flatMap(([address, { open: is }]) => {
      const late = is === null ? "" : `meta time >= ${is.until} `;
      const bounds = packetsOf(address).map((packets) => `${packets} ${late}`);
      if (is !== null && familyOf(address) === 6) bounds.push(`${tellingOf(address)} @th,64,128 != @told6 `);
      return bounds.map((bound) => `add rule netdev ${table} bounds ${bound}counter drop`);
    });
    return [`flush chain netdev ${table} bounds`, ...rules];
  }

  const isGuarded = (address: string, device: string): boolean => guarded.get(address)?.device === device;
  return {
    guard: (address, device) => inTurn(async () => (isGuarded(address, device) ? undefined : install(address, device))),
    unguard: (address) => inTurn(() => uninstall(address)),
    open: (address, deadline) => inTurn(() => open(address, deadline)),
    close: (address) => inTurn(() => close(address)),
    drain: (address) => inTurn(() => drain(address)),
    undrain: (address) => inTurn(() => undrain(address)),
    addresses: () => [...guarded.keys()],
    clear: () => inTurn(clear),
    end: () => nft.end(),
  };
}

/**
 * Why this host can have no filter, in the words of nft or of the kernel; null: it can. The kernel judges what an agent would set on
 * the loopback device, and sets nothing: that a table can be listed does not say that it has the egress hook (Linux 5.16).
 */
export async function whyNoFilter(): Promise<string | null> {
  const table = "bridgehead_check";
  const commands = [...tableCommands(table), ...chainCommands(table, "lo")];
  const answer = await askOnce([commands.join("; ")], ["--check"]);
  if (answer instanceof ToolError) return answer.message;
  return complaintOf(answer.stderr).replace(/^Error: /, "") || null;
}

/** What a table of this name guards; nothing where there is none, or nobody can be asked. */
export async function guardedBy(table: string): Promise<string[]> {
  const answer = await askOnce([4, 6].map((family) => `list set netdev ${table} vip${family}`));
  if (answer instanceof ToolError) return [];
  const lists = [...answer.stdout.matchAll(/elements = \{([^}]*)\}/g)].map(([, elements = ""]) => elements);
  return lists.flatMap((elements) => elements.split(",").map((element) => element.trim()));
}

/** Of an `nft` that does not stay. */
async function askOnce(lines: readonly string[], options: readonly string[] = []): Promise<Printed | ToolError> {
  const nft = createNft(undefined, options);
  try {
    return await nft.run(lines);
  } catch (error) {
    if (error instanceof ToolError) return error;
    throw error;
  } finally {
    await nft.end();
  }
}

/** What closes the filter for an address, whoever opened it. */
export function closing(table: string, address: string): string[] {
  return openedBy(table, address).flatMap(([set, element]) => removing(set, element));
}

/** An address is open while these are in their sets: for what it sends, and, of IPv6, for what tells neighbours of it. */
function openedBy(table: string, address: string): (readonly [set: string, element: string])[] {
  const sending = [setOf(table, "open", address), address] as const;
  return familyOf(address) === 4 ? [sending] : [sending, [toldSet(table), target(address)]];
}

function undraining(table: string, address: string): string[] {
  return removing(setOf(table, "draining", address), address);
}

/** An element has to be there to be deleted. */
function removing(set: string, element: string): string[] {
  return [`add element ${set} { ${element} }`, `delete element ${set} { ${element} }`];
}

/** `vip`: what is guarded, and silent unless it is `open`; `draining`: what begins nothing. */
function setOf(table: string, of: "vip" | "open" | "draining", address: string): string {
  return `netdev ${table} ${of}${familyOf(address)}`;
}

/**
 * The IPv6 addresses that neighbours may be told of: those that are open, as a neighbour advertisement names them. It may come from another
 * address of the host, and a set is asked for what it is made of alone.
 */
function toldSet(table: string): string {
  return `netdev ${table} told6`;
}

/** The history of one is searched within a tenth of a millisecond. */
const nftRequestsEach = 500;

/**
 * `nft` that stays. A line is a transaction. What asks it line by line is an interactive one, which keeps a history: it would read and write
 * that of the user, it grows with each line, and searches it for each (libedit; 0.8 ms a line after 10 000 lines).
 * @param options of nft, beside that it reads its commands
 */
export function createNft(started?: Started, options: readonly string[] = []): Tool {
  const sentinel = /^payload expression, datatype ipv4_addr .*\n/m;
  return createTool(
    {
      command: "nft",
      args: [...options, "-i"],
      env: { HOME: "/nonexistent" },
      requestsEach: nftRequestsEach,
      sentinel: "describe ip saddr",
      sentinelAt: (printed) => sentinel.exec(printed)?.index ?? null,
    },
    started,
  );
}

function tableCommands(table: string): string[] {
  return [
    `add table netdev ${table}`,
    `add chain netdev ${table} bounds`,
    ...[4, 6].flatMap((family) => [
      `add set netdev ${table} vip${family} { type ipv${family}_addr; }`,
      `add set netdev ${table} open${family} { type ipv${family}_addr; flags timeout; }`,
      `add set netdev ${table} draining${family} { type ipv${family}_addr; }`,
    ]),
    `add set ${toldSet(table)} { typeof @th,64,128; flags timeout; }`,
  ];
}

/** The same again when it is there already: what was left by an earlier run is taken over. */
function chainCommands(table: string, device: string): string[] {
  const chain = `netdev ${table} ${chainOf(device)}`;
  return [
    `add chain ${chain} { type filter hook egress device "${device}" priority 0; policy accept; }`,
    `flush chain ${chain}`,
    `add rule ${chain} ip saddr @vip4 ip saddr != @open4 counter drop`,
    `add rule ${chain} arp saddr ip @vip4 arp saddr ip != @open4 counter drop`,
    `add rule ${chain} ip6 saddr @vip6 ip6 saddr != @open6 counter drop`,
    // A SYN begins a connection and a SYN with ACK answers one: without either none comes about. The answer is dropped here, and not
    // the question on its way in, so that no packet that this host receives has to pass one more chain.
    `add rule ${chain} ip saddr @draining4 tcp flags & syn == syn counter drop`,
    `add rule ${chain} ip6 saddr @draining6 tcp flags & syn == syn counter drop`,
    `add rule ${chain} jump bounds`,
  ];
}

/** A chain goes with its device on kernels before 6.16. */
function hasChain(printed: string, device: string): boolean {
  return printed.includes(`chain ${chainOf(device)} {`);
}

function chainOf(device: string): string {
  return `out_${device.replaceAll(/[^A-Za-z0-9_]/g, "_")}`;
}

/** The packets by which a host speaks from an address: its own, and those by which it tells its neighbours who has it. */
function packetsOf(address: string): string[] {
  if (familyOf(address) === 4) return [`ip saddr ${address}`, `arp saddr ip ${address}`];
  return [`ip6 saddr ${address}`, tellingOf(address)];
}

/** The neighbour advertisements that tell of an IPv6 address: the target follows their first eight octets (RFC 4861 section 4.4). */
function tellingOf(address: string): string {
  return `icmpv6 type nd-neighbor-advert @th,64,128 ${target(address)}`;
}

function target(address: string): string {
  return `0x${(parseAddress(address)?.value ?? 0n).toString(16)}`;
}

/** As nft prints an element of a set. */
function isIn(printed: string, address: string): boolean {
  return printed.split(/[\s,{}]+/).includes(address);
}

function refused(address: string, stderr: string): FilterError {
  const why = complaintOf(stderr) || "it shows another state";
  return new FilterError(`the packet filter was not set for ${address}: ${why}`);
}
