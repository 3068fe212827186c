import { app } from "./control-plane/app.ts";

/** The Worker: routes in, Durable Objects out. */
export default app;

export { ClusterObject } from "./control-plane/cluster-object.ts";
export { DirectoryObject } from "./control-plane/directory-object.ts";
