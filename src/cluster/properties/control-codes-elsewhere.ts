import type { ControlFunction } from "./control-codes.ts";

/** A function of clusapi.h that is not answered here, and why: a sentence without its end. */
type Elsewhere = ControlFunction & { readonly why: string };

const ofQuorum = "there are no votes and no arbitration: GET …/quorum says what takes their place";
const ofService = "there is no cluster service on the nodes, and so no account of it and nothing to shut down";
const ofCheckpoints = "no registry of a host is copied along with a resource";
const ofLibraries = "resources are served by the agents' drivers, which are no libraries of a resource monitor";
const ofDirectory = "names are registered with no directory";
const ofDisks = "the control plane sees no disk; the agent of the owner looks after it";
const ofNames = "whether a name is free is known on its network only";
const ofDhcp = "an address that a DHCP server may take back is no virtual IP";
const ofMaintenance = "maintenance is of the whole cluster: PUT …/maintenance";
const saidWithin = "a cluster service says it to a resource DLL; here agents are told by their assignments";

const sets = { writes: true, modifies: true } as const;
const internal = { ...sets, internal: true } as const;

/** Functions that clusapi.h has as well: of disks, of Windows, and of a cluster service with its resource monitors. */
export const functionsElsewhere: Readonly<Record<string, Elsewhere>> = {
  GET_ARB_TIMEOUT: { n: 5, why: ofQuorum },
  CHECK_VOTER_EVICT: { n: 17, why: ofQuorum },
  CHECK_VOTER_DOWN: { n: 18, why: ofQuorum },
  GET_CLUSTER_SERVICE_ACCOUNT_NAME: { n: 16, why: ofService },
  SHUTDOWN: { n: 19, why: ofService },
  ADD_REGISTRY_CHECKPOINT: { n: 40, ...sets, why: ofCheckpoints },
  DELETE_REGISTRY_CHECKPOINT: { n: 41, ...sets, why: ofCheckpoints },
  GET_REGISTRY_CHECKPOINTS: { n: 42, why: ofCheckpoints },
  ADD_CRYPTO_CHECKPOINT: { n: 43, ...sets, why: ofCheckpoints },
  DELETE_CRYPTO_CHECKPOINT: { n: 44, ...sets, why: ofCheckpoints },
  GET_CRYPTO_CHECKPOINTS: { n: 45, why: ofCheckpoints },
  ADD_REGISTRY_CHECKPOINT_64BIT: { n: 47, ...sets, why: ofCheckpoints },
  ADD_REGISTRY_CHECKPOINT_32BIT: { n: 48, ...sets, why: ofCheckpoints },
  UPGRADE_DLL: { n: 46, ...sets, why: ofLibraries },
  GET_LOADBAL_PROCESS_LIST: { n: 50, why: ofLibraries },
  NETNAME_GET_VIRTUAL_SERVER_TOKEN: { n: 91, why: ofDirectory },
  NETNAME_REGISTER_DNS_RECORDS: { n: 92, writes: true, why: ofDirectory },
  GET_DNS_NAME: { n: 93, why: ofDirectory },
  NETNAME_SET_PWD_INFO: { n: 94, writes: true, why: ofDirectory },
  NETNAME_DELETE_CO: { n: 95, writes: true, why: ofDirectory },
  NETNAME_VALIDATE_VCO: { n: 96, why: ofDirectory },
  NETNAME_RESET_VCO: { n: 97, why: ofDirectory },
  NETNAME_CREDS_UPDATED: { n: 98, ...sets, global: true, why: ofDirectory },
  STORAGE_GET_DISK_INFO: { n: 100, why: ofDisks },
  STORAGE_GET_AVAILABLE_DISKS: { n: 101, why: ofDisks },
  STORAGE_IS_PATH_VALID: { n: 102, why: ofDisks },
  STORAGE_SYNC_CLUSDISK_DB: { n: 103, ...sets, why: ofDisks },
  STORAGE_SET_DRIVELETTER: { n: 122, ...sets, why: ofDisks },
  STORAGE_GET_DRIVELETTERS: { n: 123, why: ofDisks },
  STORAGE_GET_DISK_INFO_EX: { n: 124, why: ofDisks },
  STORAGE_GET_AVAILABLE_DISKS_EX: { n: 125, why: ofDisks },
  STORAGE_REMAP_DRIVELETTER: { n: 128, why: ofDisks },
  STORAGE_GET_DISKID: { n: 129, why: ofDisks },
  STORAGE_IS_CLUSTERABLE: { n: 130, why: ofDisks },
  STORAGE_REMOVE_VM_OWNERSHIP: { n: 131, ...sets, why: ofDisks },
  STORAGE_GET_MOUNTPOINTS: { n: 132, why: ofDisks },
  STORAGE_CLUSTER_DISK: { n: 132, ...sets, global: true, why: ofDisks },
  STORAGE_GET_DIRTY: { n: 134, why: ofDisks },
  STORAGE_GET_SHARED_VOLUME_INFO: { n: 137, why: ofDisks },
  STORAGE_IS_CSV_FILE: { n: 138, why: ofDisks },
  VALIDATE_PATH: { n: 140, why: ofDisks },
  VALIDATE_DIRECTORY: { n: 142, why: ofDisks },
  VALIDATE_NETNAME: { n: 141, why: ofNames },
  IPADDRESS_RENEW_LEASE: { n: 111, ...sets, why: ofDhcp },
  IPADDRESS_RELEASE_LEASE: { n: 112, ...sets, why: ofDhcp },
  SET_MAINTENANCE_MODE: { n: 121, ...sets, why: ofMaintenance },
  DELETE: { n: 1, ...internal, why: saidWithin },
  INSTALL_NODE: { n: 2, ...internal, why: saidWithin },
  EVICT_NODE: { n: 3, ...internal, why: saidWithin },
  ADD_DEPENDENCY: { n: 4, ...internal, why: saidWithin },
  REMOVE_DEPENDENCY: { n: 5, ...internal, why: saidWithin },
  ADD_OWNER: { n: 6, ...internal, why: saidWithin },
  REMOVE_OWNER: { n: 7, ...internal, why: saidWithin },
  SET_NAME: { n: 9, ...internal, why: saidWithin },
  CLUSTER_NAME_CHANGED: { n: 10, ...internal, why: saidWithin },
  CLUSTER_VERSION_CHANGED: { n: 11, ...internal, why: saidWithin },
  FIXUP_ON_UPGRADE: { n: 12, ...internal, why: saidWithin },
  STARTING_PHASE1: { n: 13, ...internal, why: saidWithin },
  STARTING_PHASE2: { n: 14, ...internal, why: saidWithin },
  HOLD_IO: { n: 15, ...internal, why: saidWithin },
  RESUME_IO: { n: 16, ...internal, why: saidWithin },
  FORCE_QUORUM: { n: 17, ...internal, why: saidWithin },
  INITIALIZE: { n: 18, ...internal, why: saidWithin },
  STATE_CHANGE_REASON: { n: 19, ...internal, why: saidWithin },
  PROVIDER_STATE_CHANGE: { n: 20, ...internal, why: saidWithin },
  LEAVING_GROUP: { n: 21, ...internal, why: saidWithin },
  JOINING_GROUP: { n: 22, ...internal, why: saidWithin },
};
