import { html } from "hono/html";
import { groupBy } from "../../cluster/group-by.ts";
import type { OpenApiDocument, Operation } from "../openapi/types.ts";
import type { Placed } from "./curl.ts";
import { Fields } from "./fields.ts";
import { operationPart } from "./operation.ts";
import { type Markup, plain } from "./text.ts";

/**
 * The reference of the API as a page for people: no script, nothing from elsewhere, and nothing that the OpenAPI document
 * does not say. Whatever stands in the document is escaped by `html`.
 */
export async function referencePage(document: OpenApiDocument): Promise<string> {
  const fields = new Fields(document.components.schemas);
  const byTag = groupBy(placed(document), ({ operation }) => operation.tags[0]);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${document.info.title} API</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/dashboard.css" />
        <link rel="stylesheet" href="/docs.css" />
      </head>
      <body class="reference">
        <header class="top">
          <p class="brand"><a href="/">${document.info.title}</a></p>
          <p class="quiet">API reference, version ${document.info.version}</p>
          <p class="status"><a href="/openapi.json">OpenAPI 3.1</a></p>
        </header>
        <main>
          <nav aria-label="Operations">${indexOf(document, byTag)}</nav>
          <div class="content">
            ${introduction(document)}
            ${document.tags.map(({ name, description }) => {
              const operations = byTag.get(name) ?? [];
              return html`<section aria-labelledby="${tagId(name)}">
                <h2 id="${tagId(name)}">${name}</h2>
                <p class="quiet">${description}</p>
                ${operations.map((each) => operationPart(each, document, fields))}
              </section>`;
            })}
            ${schemaPart(document, fields)}
          </div>
        </main>
      </body>
    </html>`;
  return (await page).toString();
}

function placed({ paths }: OpenApiDocument): Placed[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]: [string, Operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
}

function tagId(tag: string): string {
  return `tag-${tag.replaceAll(" ", "-")}`;
}

function indexOf({ tags }: OpenApiDocument, byTag: ReadonlyMap<string, readonly Placed[]>): Markup {
  return html`<ul>
    ${tags.map(
      ({ name }) =>
        html`<li>
          <a class="tag" href="#${tagId(name)}">${name}</a>
          <ul>
            ${(byTag.get(name) ?? []).map(
              ({ operation: { operationId } }) => html`<li><a href="#${operationId}">${operationId}</a></li>`,
            )}
          </ul>
        </li>`,
    )}
    <li><a class="tag" href="#schemas">Shapes</a></li>
  </ul>`;
}

function introduction({ info, components }: OpenApiDocument): Markup {
  const { description } = components.securitySchemes["token"] as { readonly description: string };
  return html`<section>
    <h1>${String(info["summary"])}</h1>
    <p>${plain(String(info["description"]))}</p>
    <p>${plain(description)}</p>
    <p>A field is required unless it says otherwise.</p>
    <p>
      The examples speak to <code>$BRIDGEHEAD_URL</code>, such as http://127.0.0.1:8787, with the token in
      <code>$BRIDGEHEAD_TOKEN</code>.
    </p>
  </section>`;
}

function schemaPart({ components }: OpenApiDocument, fields: Fields): Markup {
  return html`<section aria-labelledby="schemas">
    <h2 id="schemas">Shapes</h2>
    <p class="quiet">What several requests or answers have in common.</p>
    ${Object.entries(components.schemas).map(
      ([name, schema]) =>
        html`<article id="shape-${name}">
          <h3>${name}</h3>
          ${fields.whole(schema)}
        </article>`,
    )}
  </section>`;
}
