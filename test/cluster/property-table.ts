/**
 * The properties of MSCS, one a line: name, kind, lowest, highest, default, and how it is held here: `set`, `kept` (taken, and
 * changes nothing) or `read only`. Written from Microsoft's documentation and not from the source. What follows `*` says where
 * this differs from it on purpose.
 */
export type Row = {
  readonly name: string;
  readonly kind: "dword" | "text" | "texts";
  readonly min: number;
  readonly max: number;
  /** Null: there is none. */
  readonly byDefault: string | number | readonly string[] | null;
  readonly held: "set" | "kept" | "read only" | "required";
  readonly differs: string | null;
};

const never = 0xffff_ffff;

export const documented: Readonly<Record<string, readonly Row[]>> = {
  cluster: rows(`
    Description                  text                   ""     set
    ClusterEnforcedAntiAffinity  dword  0    1          0      set
    QuarantineThreshold          dword  1    never      3      set   * 0 would be a quarantine for nothing
    QuarantineDuration           dword  0    never      0      set
    SameSubnetDelay              dword  250  2000       1000   kept
    SameSubnetThreshold          dword  3    120        10     kept  * the default from WS2016 on
    CrossSubnetDelay             dword  250  4000       1000   kept
    CrossSubnetThreshold         dword  3    120        20     kept  * the default from WS2016 on
    QuorumArbitrationTimeMax     dword  1    3600       20     kept
    QuorumArbitrationTimeMin     dword  1    3600       7      kept
    ResiliencyLevel              dword  1    2          1      kept
    ResiliencyDefaultPeriod      dword  0    never      240    kept
    RequestReplyTimeout          dword  5    1440       60     set
    ClusSvcHangTimeout           dword  6    never      60     kept
    ClusSvcHeartbeatTimeout      dword  6    never      60     kept
    HangRecoveryAction           dword  0    6          3      kept
    ClusSvcRegroupStageTimeout   dword  2    30         5      kept
    ClusSvcRegroupOpeningTimeout dword  1    20         5      kept
    ClusSvcRegroupPruningTimeout dword  1    30         5      kept
    ClusSvcRegroupTickInMilliseconds  dword  50  1000   300    kept
    MessageBufferLength          dword  1    1000       50     kept
    RouteHistoryLength           dword  0    40         10     kept
    ClusterGroupWaitDelay        dword  0    3600       120    kept
    IgnorePersistentStateOnStartup    dword  0   1      0      kept
    GroupDependencyTimeout       dword  0    never      600    kept
    ShutdownTimeoutInMinutes     dword  0    1440       20     kept
    AddEvictDelay                dword  0    600        60     kept
    ResourceDllDeadlockTimeout   dword  180  never      240    kept
    ResourceDllDeadlockPeriod    dword  180  never      1800   kept
    ResourceDllDeadlockThreshold dword  0    never      3      kept
    DynamicQuorum                dword  0    1          1      kept
    PreventQuorum                dword  0    1          0      kept
    FixQuorum                    dword  0    1          0      kept
    WitnessDatabaseWriteTimeout  dword  1    86400      300    kept  * seconds
    WitnessRestartInterval       dword  5    1440       15     kept
    ClusterLogLevel              dword  0    5          3      kept
    ClusterLogSize               dword  8    1024       300    kept
    EnableEventLogReplication    dword  0    1          1      kept
    DisableGroupPreferredOwnerRandomization  dword  0  1  0  kept  * up to 2008 R2
    WitnessDynamicWeight         dword  0    1          0      read only
    DrainOnShutdown              dword  0    1          1      read only  * an agent that is stopped always releases
  `),
  node: rows(`
    Description      text                ""     set
    NodeWeight       dword  0  1         1      kept       * 1 in practice, 0 in the API's documentation
    DynamicWeight    dword  0  1         0      read only
    NodeDrainStatus  dword  0  3         0      read only
    NodeDrainTarget  dword  0  never     never  read only
  `),
  network: rows(`
    Description   text                     ""    set
    Role          dword  0  3              3     read only  * set as the role of the network
    Address       text                     none  read only
    PrefixLength  dword  0  128            0     read only
    Metric        dword  1  268435455      100   set
    AutoMetric    dword  0  1              0     read only  * nothing reckons metrics here
  `),
  group: rows(`
    Description                  text                   ""     set
    FailoverThreshold            dword  0    never      never  set
    FailoverPeriod               dword  0    1193       6      set
    AutoFailbackType             dword  0    1          0      set
    FailbackWindowStart          dword  -1   23         -1     set
    FailbackWindowEnd            dword  -1   23         -1     set
    PersistentState              dword  0    1          1      set   * what a group begins as; who defines one wants it online
    Priority                     dword  0    never      2000   set   * any number, not only 0, 1000, 2000 and 3000
    AntiAffinityClassNames       texts                  []     set
    GroupStartDelay              dword  0    1800000    0      set
    ColdStartSetting             dword  0    2          0      kept
    DefaultOwner                 dword  -1   512        -1     kept
    ResiliencyPeriod             dword  0    never      0      kept
    PreferredSite                text                   ""     kept
    MinimumNeverPreemptPriority  dword  0    never      3000   kept
    MinimumPreemptorPriority     dword  0    never      1      kept
    GroupType                    dword  100  9999       9999   read only
    StatusInformation            dword  0    2047       0      read only
  `),
  resource: rows(`
    Description             text                    ""       set
    LooksAlivePollInterval  dword  10    never      never    set
    IsAlivePollInterval     dword  10    never      60000    set
    PendingTimeout          dword  10    never      180000   set
    DeadlockTimeout         dword  1000  never      300000   set
    RestartAction           dword  0     2          2        set
    RestartThreshold        dword  0     never      3        set
    RestartPeriod           dword  0     never      900000   set
    RestartDelay            dword  0     never      500      read only
    RetryPeriodOnFailure    dword  0     never      3600000  set   * its lowest value is the RestartPeriod of the resource
    PersistentState         dword  0     1          1        set   * what a resource begins as
    SeparateMonitor         dword  0     1          0        kept
    DebugPrefix             text                    ""       kept
    AdminExtensions         texts                   []       kept
    MonitorProcessId        dword  0     never      0        read only
    LastOperationStatusCode dword  0     never      0        read only
    ResourceSpecificStatus  text                    ""       read only
    StatusInformation       dword  0     31         0        read only
  `),
  identity: rows(`
    Name  text  none  read only
    Type  text  none  read only
  `),
  "resource type": rows(`
    Description             text                     ""      set
    LooksAlivePollInterval  dword  10     never      5000    set
    IsAlivePollInterval     dword  10     never      60000   set
    PendingTimeout          dword  10     never      180000  set
    DeadlockTimeout         dword  30000  never      300000  set
  `),
  "IP Address": rows(`
    Address                text                 none  required
    SubnetMask             text                 none  required
    Network                text                 none  required
    EnableNetBIOS          dword  0  2          1     kept
    EnableDhcp             dword  0  0          0     kept  * an address that can be taken back is no virtual IP
    OverrideAddressMatch   dword  0  1          0     set
    DrainTimeout           dword  0  600000     5000  set   * of this cluster's own
    ProbePort              dword  0  65535      0     kept
    ProbeFailureThreshold  dword  0  never      0     kept
  `),
  "Network Name": rows(`
    Name                    text                none   required
    RequireDNS              dword  0  1         0      set
    HostRecordTTL           dword  0  never     1200   set
    RegisterAllProvidersIP  dword  0  1         0      set
    PublishPTRRecords       dword  0  1         0      set
    Aliases                 text                ""     set
    DnsSuffix               text                ""     set
    DnsName                 text                none   read only
    RequireKerberos         dword  0  1         0      kept
    RemapPipeNames          dword  0  1         0      kept
    StatusDNS               dword  0  never     never  read only
    StatusNetBIOS           dword  0  never     never  read only
    StatusKerberos          dword  0  never     never  read only
  `),
  "Physical Disk": rows(`
    Signature         dword  0     never    0     set   * not required: Device says which disk it is
    Device            text                  none  set   * of this cluster's own
    MountPoint        text                  none  set   * of this cluster's own
    FileSystem        text                  none  set   * of this cluster's own
    Options           text                  none  set   * of this cluster's own
    Fence             text                  ScsiPr  set * of this cluster's own
    Drive             text                  ""    kept
    SkipChkdsk        dword  0     1        0     kept
    ConditionalMount  dword  0     1        1     kept
    DiskArbInterval   dword  0     never    3     kept
    MaxIoLatency      dword  1000  60000    1000  kept
    MaintenanceMode   dword  0     3        0     read only
  `),
  "Generic Application": rows(`
    CommandLine          text         none  required
    CurrentDirectory     text         none  required
    InteractWithDesktop  dword  0  1  0     kept
    UseNetworkName       dword  0  1  0     set
  `),
  "Generic Service": rows(`
    ServiceName        text         none  required
    StartupParameters  text         ""    kept
    UseNetworkName     dword  0  1  0     set
  `),
  "Generic Script": rows(`
    ScriptFilePath  text  none  required
  `),
  "OCF Agent": rows(`
    Agent       text           none  required  * of this cluster's own
    Parameters  texts          []    set       * of this cluster's own
    CheckLevel  dword  0  100  0     set       * of this cluster's own
  `),
  "Message Transfer Agent": rows(`
    Port          dword  1  65535  102   set       * of this cluster's own
    PartnersFile  text             none  required  * of this cluster's own
    MtaName       text             none  set       * of this cluster's own
    QueueFolder   text             none  set       * of this cluster's own
  `),
};

/** Properties of MSCS that there are none of here, by object, with the reason. */
export const leftOut: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  cluster: {
    "CrossSiteDelay CrossSiteThreshold": "a cluster has no sites, and their ranges are not documented",
    SecurityLevel: "what is said is protected by TLS, and its values are not documented as numbers",
  },
  resource: { "ResourceSpecificData1 ResourceSpecificData2": "they are a resource DLL's own, and there is none" },
  "IP Address": {
    "DhcpAddress DhcpServer DhcpSubnetMask LeaseObtainedTime LeaseExpiresTime": "no address comes from a DHCP server",
  },
  "Network Name": {
    "CreatingDC ObjectGUID ResourceData ADAware": "names are not registered with a directory",
    TimerCallbackAdditionalThreshold: "it is a detail of how MSCS watches its registrations",
  },
  "Physical Disk": {
    "DiskIdType DiskIdGuid DiskGuid DiskUniqueIds": "Device says which disk it is",
    DiskRunChkDsk: "FileSystem and Options say how it is mounted",
  },
};

/** IP Address takes IPv6 too; the control plane is the quorum and the witness. */
export const leftOutTypes = /^(IPv6 (Tunnel )?Address|File Share Witness|Cloud Witness|Local Quorum)$/;

function rows(table: string): Row[] {
  return table
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(rowOf);
}

function rowOf(line: string): Row {
  const [stated = "", differs] = line.split(" * ");
  const [name = "", kind = "", ...rest] = stated.trim().split(/\s+/);
  const [min, max] = kind === "dword" ? [numberOf(rest.shift()), numberOf(rest.shift())] : [0, 0];
  const value = rest.shift();
  return {
    name,
    kind: oneOf(["dword", "text", "texts"], kind),
    min,
    max,
    byDefault:
      kind === "dword"
        ? numberOf(value)
        : value === "none"
          ? null
          : value === "[]"
            ? []
            : value === '""'
              ? ""
              : (value ?? ""),
    held: oneOf(["set", "kept", "read only", "required"], rest.join(" ")),
    differs: differs?.trim() ?? null,
  };
}

function numberOf(text: string | undefined): number {
  const number = text === "never" ? never : Number(text ?? "missing");
  if (!Number.isInteger(number)) throw new Error(`${text} is no number`);
  return number;
}

function oneOf<T extends string>(known: readonly T[], text: string): T {
  const found = known.find((one) => one === text);
  if (found === undefined) throw new Error(`"${text}" is none of ${known.join(", ")}`);
  return found;
}
