import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { dashboard } from "../dashboard/dashboard.ts";
import { hasAdminToken } from "./auth.ts";
import type { Env } from "./env.ts";
import { groupBy } from "../cluster/group-by.ts";
import { guarded } from "./guard.ts";
import { openApi } from "./openapi/document.ts";
import type { OpenApiDocument } from "./openapi/types.ts";
import { literalsFirst } from "./path-parameters.ts";
import { reference } from "./reference/reference.ts";
import { type StorageFault, storageFaultOf } from "../protocol/storage-fault.ts";
import { answer, refuse, storageUnwritable } from "./respond.ts";
import type { Route } from "./route.ts";
import { families, routes } from "./routes.ts";

export const app = new Hono<{ Bindings: Env }>();

/** The page loads what this Worker serves, and speaks to this Worker; nothing else, and nobody may frame it. */
const pagePolicy = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", "data:"],
  connectSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};

app.use(secureHeaders({ contentSecurityPolicy: pagePolicy, xFrameOptions: "DENY" }));

const open = routes.filter(({ spec }) => spec.roles === "anyone");
for (const prefix of ["", "/v1"]) {
  addRoutes(open, prefix);
  app.get(`${prefix}/openapi.json`, () => answer(200, document()));
}

const closed = routes.filter(({ spec }) => spec.roles !== "anyone");
const bare = closed.filter(({ spec }) => spec.bare === true);
for (const path of ["/v1/*", ...bare.map(({ spec }) => spec.path)]) {
  app.use(path, async (context, next) => {
    if (hasAdminToken(context.env)) return next();
    return refuse(
      "admin-token-not-set",
      "set the secret BRIDGEHEAD_ADMIN_TOKEN: `npm run deploy -- --admin-token FILE` at the edge, " +
        "a line BRIDGEHEAD_ADMIN_TOKEN=… in the file .dev.vars for wrangler dev; `bridgehead serve` makes one by itself",
    );
  });
}
addRoutes(bare, "");
addRoutes(closed, "/v1");

app.route("/", reference(document));
app.route("/", dashboard);
app.notFound(() => refuse("not-found", "GET /openapi.json lists what there is"));
app.onError((error) => {
  const fault = storageFaultOf(error);
  if (fault !== null) return storageRefusal(fault, error);
  if (isPassing(error)) return refuse("unavailable", "ask again in a moment", { headers: { "Retry-After": "1" } });
  console.error(error);
  if (isOfPlatform(error)) {
    const detail = "the runtime could not open what it keeps of this cluster; its log has the reason at this time";
    return refuse("unavailable", detail, { headers: { "Retry-After": "2" } });
  }
  return refuse("internal", "the log of this deployment says more");
});

/** Registers each path with all its methods, so that any other method on it is told which ones there are. */
function addRoutes(table: readonly Route[], prefix: string): void {
  const paths = [...groupBy(table, ({ spec }) => spec.path)].toSorted(([a], [b]) => literalsFirst(a, b));
  for (const [path, ofPath] of paths) {
    const pattern = prefix + path.replaceAll(/\{(\w+)\}/g, ":$1");
    for (const route of ofPath) {
      app.on(route.spec.method, pattern, ({ req, env }) =>
        guarded(route, { request: req.raw, env, params: req.param(), now: Date.now() }),
      );
    }
    const allowed = ofPath.map(({ spec }) => spec.method).join(", ");
    app.all(pattern, () => refuse("method-not-allowed", `it takes ${allowed}`, { headers: { Allow: allowed } }));
  }
}

/** What the log of the deployment says besides, for who has to mend it. */
const mending: Readonly<Record<StorageFault, string>> = {
  "storage-unwritable": "Make room on the disk of the data folder, or mend that disk: it goes on by itself then.",
  "storage-damaged":
    "Start the control plane again with bridgehead serve, which looks at its files and names the damaged one.",
  "storage-newer": "Start the later version again, or a copy of the data that was made before it.",
};

function storageRefusal(fault: StorageFault, error: Error): Response {
  const said = error.message.includes(fault) ? error.message : `${fault}: ${error.message}`;
  console.error(`${said}. ${mending[fault]}`);
  if (fault === "storage-unwritable") return storageUnwritable();
  return refuse(fault, "nothing of this cluster is answered as long as its data is this");
}

let made: OpenApiDocument | undefined;
function document(): OpenApiDocument {
  return (made ??= openApi(families));
}

/**
 * What the platform says of a fault of its own, with a reference in place of the reason, which only its log has. In plain workerd that
 * is a database that cannot be opened: no room for the index of its log (32 KiB), or damage that began after the start.
 */
function isOfPlatform({ message }: Error): boolean {
  return message.startsWith("internal error; reference = ");
}

/** What the platform says of a call to an object that was moved, restarted or has too much to do. */
function isPassing(error: Error): boolean {
  return ("retryable" in error && error.retryable === true) || ("overloaded" in error && error.overloaded === true);
}
