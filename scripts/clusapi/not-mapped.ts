/**
 * What clusapi.dll can do and no route does, each with its reason. A route does a function only if it does what the
 * function does, so nothing is in the table of routes for the sake of its name.
 */
export const notMapped: Readonly<Record<string, string>> = {
  AddResourceToClusterSharedVolumes:
    "Cluster shared volumes are a file system that all nodes of Windows mount; there is none here to put a disk into.",
  BackupClusterDatabase:
    "It copies the hive of the Windows registry that a cluster is kept in to a folder of the host; a cluster here has no such hive, and the control plane no folder.",
  CloseCluster: "It closes a handle of a cluster; a request names its object anew, so there is no handle to close.",
  CloseClusterGroup: "It closes a handle of a group; a request names its object anew, so there is no handle to close.",
  CloseClusterNetInterface:
    "It closes a handle of a network interface; a request names its object anew, so there is no handle to close.",
  CloseClusterNetwork:
    "It closes a handle of a network; a request names its object anew, so there is no handle to close.",
  CloseClusterNode: "It closes a handle of a node; a request names its object anew, so there is no handle to close.",
  CloseClusterResource:
    "It closes a handle of a resource; a request names its object anew, so there is no handle to close.",
  ClusterCloseEnum:
    "It closes a running enumeration of the cluster's objects; a list is answered whole, so none is left open.",
  ClusterCloseEnumEx: "As ClusterCloseEnum: a list is answered whole, so no enumeration is left open.",
  ClusterFreeMemory:
    "It frees memory that the library has allocated in the caller's process, and no process is shared here.",
  ClusterFreeMrrResponse: "It frees the answer to ClusterSendReceiveMrr, which is not there either.",
  ClusterGroupCloseEnum:
    "It closes a running enumeration of a group's objects; a list is answered whole, so none is left open.",
  ClusterGroupCloseEnumEx: "As ClusterGroupCloseEnum: a list is answered whole, so no enumeration is left open.",
  ClusterNetworkCloseEnum:
    "It closes a running enumeration of a network's interfaces; a list is answered whole, so none is left open.",
  ClusterNodeCloseEnum:
    "It closes a running enumeration of a node's objects; a list is answered whole, so none is left open.",
  ClusterNodeCloseEnumEx: "As ClusterNodeCloseEnum: a list is answered whole, so no enumeration is left open.",
  ClusterRegBatchCloseNotification:
    "It frees one notification; here that is a piece of an answer, and the reader's own.",
  ClusterRegCloseBatchNotifyPort:
    "It closes a port on which changes of the registry arrive; who no longer wants to hear hangs up.",
  ClusterRegCloseKey: "It closes a handle of a key; a request names its object anew, so there is no handle to close.",
  ClusterRegCloseReadBatchReply:
    "It frees the answers to a batch of reads; here they are the body of one answer, and the caller's own.",
  ClusterResourceCloseEnum:
    "It closes a running enumeration of a resource's objects; a list is answered whole, so none is left open.",
  ClusterResourceCloseEnumEx: "As ClusterResourceCloseEnum: a list is answered whole, so no enumeration is left open.",
  ClusterResourceTypeCloseEnum:
    "It closes a running enumeration of a resource type's objects; a list is answered whole, so none is left open.",
  ClusterSendReceiveMrr:
    "It passes messages between parts of the cluster service by an interface that is not documented.",
  ClusterSharedVolumeClearBackupState: "It ends Windows' backup of a cluster shared volume; there are no such volumes.",
  ClusterSharedVolumeSetSnapshotState:
    "It tells snapshots of a cluster shared volume apart for Windows' backup; there are no such volumes.",
  ClusterStmFindDisk: "It looks for a disk among the storage of Windows; the control plane sees no disk.",
  CreateClusterManagementPoint:
    "It makes a network name in Active Directory to manage the cluster by; a cluster here is reached under the address of its deployment.",
  GetClusterFromGroup: "It leads from a group's handle back to its cluster; here every path begins with the cluster.",
  GetClusterFromNetInterface:
    "It leads from a network interface's handle back to its cluster; here every path begins with the cluster.",
  GetClusterFromNetwork:
    "It leads from a network's handle back to its cluster; here every path begins with the cluster.",
  GetClusterFromNode: "It leads from a node's handle back to its cluster; here every path begins with the cluster.",
  GetClusterFromResource:
    "It leads from a resource's handle back to its cluster; here every path begins with the cluster.",
  GetClusterSharedVolumeNameForFile: "There are no cluster shared volumes, so no file has the name of one.",
  IsFileOnClusterSharedVolume: "There are no cluster shared volumes that a file could be on.",
  RemoveResourceFromClusterSharedVolumes: "There are no cluster shared volumes to take a disk out of.",
  RestoreClusterDatabase:
    "It restores the hive that BackupClusterDatabase has copied, and stops the cluster for it; there is no such hive.",
  SetClusterServiceAccountPassword:
    "It changes the password of the account that the cluster service runs under on every node; agents have tokens instead, each with an end of its own.",
  ClusterRegBatchReadCommand:
    "It reads the single commands of a batch from a notification; the journal names the key and how many values were changed, and never what was written.",
  ClusterRegGetKeySecurity: "A key has no security descriptor; the roles of tokens decide who may read and write.",
  ClusterRegSetKeySecurity: "A key has no security descriptor; the roles of tokens decide who may read and write.",
  CreateClusterResourceWithId: "It gives a new resource an id beside its name; here the name is the id.",
  OpenClusterEx2: "It is not documented beyond OpenClusterEx.",
  SetClusterGroupName:
    "A group is known to agents and epochs by its name. Another name is another group: a definition that says so deletes the one and creates the other.",
  SetClusterName:
    "Tokens and agents know a cluster by its name. Another name is another cluster: create it, and destroy the old one.",
  SetClusterNetworkName:
    "A network is known by its name, also to the addresses on it: create one of the other name, and put them there.",
  SetClusterQuorumResource: "The storage of the control plane is what arbitrates, and no resource can take its place.",
  SetClusterResourceName:
    "A resource is known to its agent by its name. Another name is another resource: a definition that says so deletes the one and creates the other.",
};
