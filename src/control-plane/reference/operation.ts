import { html } from "hono/html";
import type { Content, JsonSchema, OpenApiDocument, Operation, ResponseObject } from "../openapi/types.ts";
import { curlOf, type Placed } from "./curl.ts";
import type { Fields } from "./fields.ts";
import { code, type Markup, plain } from "./text.ts";

/** All that there is to know of one operation. */
export function operationPart(placed: Placed, document: OpenApiDocument, fields: Fields): Markup {
  const { method, path, operation } = placed;
  const answers = Object.entries(operation.responses).map(([status, response]) => ({
    status,
    ...responseOf(response, document),
  }));
  return html`<article id="${operation.operationId}">
    <h3>${operation.operationId}</h3>
    <p class="request"><b class="method ${method.toLowerCase()}">${method}</b> <code>${breakable(path)}</code></p>
    <p>${plain(operation.summary)}.</p>
    <dl>
      <dt>Token</dt>
      <dd>${tokenOf(operation)}</dd>
      ${functionsOf(operation)} ${parametersOf(operation, fields)} ${bodyOf(operation, fields)}
      <dt>Answers</dt>
      <dd>
        <ul class="answers">
          ${answers.filter(({ status }) => Number(status) < 400).map((answer) => answerOf(answer, fields))}
        </ul>
      </dd>
      <dt>Refusals</dt>
      <dd>
        <ul class="answers">
          ${answers
            .filter(({ status }) => Number(status) >= 400)
            .map(({ status, description }) => html`<li><b>${status}</b> ${plain(description)}</li>`)}
        </ul>
      </dd>
      <dt>Example</dt>
      <dd>
        <pre><code>${curlOf(placed)}</code></pre>
      </dd>
    </dl>
  </article>`;
}

/** A long path breaks before a label, if it has to. */
function breakable(path: string): Markup[] {
  return path.split("/").map((label, index) => (index === 0 ? html`${label}` : html`<wbr />/${label}`));
}

function responseOf(response: Operation["responses"][string], { components }: OpenApiDocument): ResponseObject {
  if (!("$ref" in response)) return response;
  return components.responses[response.$ref.replace("#/components/responses/", "")] ?? { description: "" };
}

function tokenOf(operation: Operation): Markup {
  const roles = operation["x-roles"];
  if (roles.length === 0) return html`none needed`;
  return html`of role ${roles.map((role, index) => html`${index === 0 ? "" : ", "}${code(role)}`)}`;
}

function functionsOf(operation: Operation): Markup {
  const functions = operation["x-clusapi"] ?? [];
  if (functions.length === 0) return html``;
  return html`<dt>clusapi</dt>
    <dd>${functions.map((name, index) => html`${index === 0 ? "" : ", "}${code(name)}`)}</dd>`;
}

const places = { path: "In the path", query: "In the query", header: "Headers" } as const;

function parametersOf({ parameters }: Operation, fields: Fields): Markup[] {
  return (["path", "query", "header"] as const).flatMap((place) => {
    const here = parameters.filter((parameter) => parameter.in === place);
    if (here.length === 0) return [];
    return html`<dt>${places[place]}</dt>
      <dd>
        <ul class="fields">
          ${here.map(({ name, schema, required, description }) => fields.field(name, schema, required, description))}
        </ul>
      </dd>`;
  });
}

function bodyOf({ requestBody }: Operation, fields: Fields): Markup {
  if (requestBody === undefined) return html``;
  return html`<dt>Body</dt>
    <dd>
      ${requestBody.required ? "" : html`<p class="quiet">It may be left out.</p>`}
      ${shapesOf(requestBody.content).map(
        ([mediaType, schema]) =>
          html`<p class="quiet">${mediaType}${schema.$ref === undefined ? "" : html`, ${fields.phrase(schema)}`}</p>
            ${fields.whole(schema)}`,
      )}
    </dd>`;
}

function answerOf(
  { status, description, content = {} }: ResponseObject & { readonly status: string },
  fields: Fields,
): Markup {
  const shapes = shapesOf(content).map(
    ([mediaType, schema]) =>
      html`<p class="quiet">${mediaType}, ${fields.phrase(schema)}</p>
        ${schema.$ref === undefined ? fields.whole(schema) : ""}`,
  );
  return html`<li><b>${status}</b> ${plain(description)} ${shapes}</li>`;
}

function shapesOf(content: Content): (readonly [string, JsonSchema])[] {
  return Object.entries(content).map(([mediaType, { schema }]) => [mediaType, schema] as const);
}
