import { Hono } from "hono";
import { page } from "./page.ts";
import { referenceStyle, script, style } from "./packed.ts";
import { serve } from "./serve.ts";

const css = "text/css; charset=utf-8";

/**
 * The page and what it loads, served by the Worker from strings, and the style of the API's reference. All of it is
 * public: what the page shows comes over the API, with a token.
 */
export const dashboard = new Hono()
  .get("/", ({ req }) => serve(req.raw, { text: page, tag: null, type: "text/html; charset=utf-8" }))
  .get("/dashboard.js", ({ req }) => serve(req.raw, { ...script, type: "text/javascript; charset=utf-8" }))
  .get("/dashboard.css", ({ req }) => serve(req.raw, { ...style, type: css }))
  .get("/docs.css", ({ req }) => serve(req.raw, { ...referenceStyle, type: css }));
