import { type ChildProcess, execFile } from "node:child_process";
import { lookup } from "../../cluster/definition/definition.ts";
import { namesIn } from "../../cluster/definition/dependencies.ts";
import { dwordOf } from "../../cluster/properties/properties.ts";
import { privateRules } from "../../cluster/properties/property-tables.ts";
import { DriverError, type DriverContext, type DriverFactory } from "./driver.ts";
import { type HostsFile, showHosts } from "./hosts-file.ts";
import { type NameServer, type Registration, updateOf } from "./name-update.ts";

/** Who is told of names, apart from those who ask for a verdict. */
export type NameServices = {
  /** In the form of hosts(5); null: none. */
  readonly hostsFile: HostsFile | null;
  /** That takes dynamic updates (RFC 2136); null: none. */
  readonly nameServer: NameServer | null;
};

/**
 * Network Name: the name of the virtual server, for its addresses. It is told to whoever asks for a verdict; here also to this host,
 * by a line of its own in a hosts file, and to a name server. As in MSCS the record stays when the name goes offline: the next owner
 * has the same addresses. An update that fails is a failure of the resource with RequireDNS, and else a warning.
 */
export function networkName({ hostsFile, nameServer }: NameServices): DriverFactory {
  return (context) => {
    const registration = registrationOf(context);
    const owner = `${context.hold.group}/${context.name}`;
    const rules = privateRules("Network Name") ?? {};
    const isRequired = dwordOf(context.spec.properties, rules, "RequireDNS") === 1;
    let updating: ChildProcess | null = null;

    async function register(): Promise<void> {
      if (registration === null) {
        if (isRequired) throw new DriverError("dns-not-updated", "RequireDNS is set, and DnsSuffix says no domain");
        return;
      }
      if (nameServer === null) {
        if (isRequired)
          throw new DriverError("dns-not-updated", "RequireDNS is set, and this agent knows no name server");
        return;
      }
      const why = await send(nameServer, registration, (child) => (updating = child));
      if (why === null) return;
      if (isRequired) throw new DriverError("dns-not-updated", why);
      context.log("dns-not-updated", why);
    }

    function show(addresses: readonly string[], names: readonly string[]): void {
      const why = hostsFile === null ? null : showHosts(hostsFile, owner, addresses, names);
      if (why !== null) context.log("hosts-not-written", why);
    }

    async function offline(): Promise<void> {
      updating?.kill("SIGKILL");
      show([], []);
    }

    return {
      online: async () => {
        const names = [...(registration === null ? [] : [registration.name]), hostName(context), ...aliasesOf(context)];
        // They go into the words of others: a line of a file, a command of a tool.
        const wrong = names.find(isNoName);
        if (wrong !== undefined)
          throw new DriverError("name-not-valid", `${JSON.stringify(wrong)} is no name of a host`);
        show(addressesOf(context), [...new Set(names)]);
        await register();
      },
      offline,
      terminate: offline,
      looksAlive: async () => true,
      isAlive: async () => ({ ok: true }),
      extend: () => {},
    };
  };
}

function send(
  server: NameServer,
  registration: Registration,
  started: (child: ChildProcess) => void,
): Promise<string | null> {
  return new Promise((resolve) => {
    const child = execFile(
      "nsupdate",
      ["-t", "10", "-k", server.keyFile],
      { timeout: 30_000 },
      (error, _stdout, stderr) => {
        const complaint = stderr.trim().replaceAll(/\s+/g, " ");
        resolve(
          error === null
            ? null
            : `${registration.name} at ${server.host}: ${complaint === "" ? error.message : complaint}`,
        );
      },
    );
    started(child);
    child.stdin?.on("error", () => {});
    child.stdin?.end(updateOf(server, registration));
  });
}

/** RFC 1123 section 2.1, with the underscore that directories use. */
function isNoName(name: string): boolean {
  return !/^(?=.{1,253}$)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*$/.test(name);
}

function hostName({ spec }: DriverContext): string {
  return String(lookup(spec.properties, "Name"));
}

function registrationOf(context: DriverContext): Registration | null {
  const { properties } = context.spec;
  const suffix = String(lookup(properties, "DnsSuffix") ?? "").replace(/^\.|\.$/g, "");
  if (suffix === "") return null;
  const rules = privateRules("Network Name") ?? {};
  return {
    name: `${hostName(context)}.${suffix}`,
    aliases: aliasesOf(context).map((alias) => (alias.includes(".") ? alias : `${alias}.${suffix}`)),
    addresses: addressesOf(context),
    // RFC 2181 section 8: no more than 31 bits.
    ttlSeconds: Math.min(dwordOf(properties, rules, "HostRecordTTL"), 2 ** 31 - 1),
    isReversed: dwordOf(properties, rules, "PublishPTRRecords") === 1,
  };
}

function aliasesOf({ spec }: DriverContext): string[] {
  return String(lookup(spec.properties, "Aliases") ?? "")
    .split(/[\s,;]+/)
    .filter((alias) => alias !== "");
}

/** Those of the IP Addresses that it stands on, or-ed ones with them. */
function addressesOf({ spec, group }: DriverContext): string[] {
  return namesIn(spec.dependsOn).flatMap((name) => {
    const resource = lookup(group, name);
    return resource?.type === "IP Address" ? [String(lookup(resource.properties, "Address"))] : [];
  });
}
