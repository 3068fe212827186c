import { html } from "hono/html";
import { isSchema } from "../openapi/example.ts";
import type { JsonSchema } from "../openapi/types.ts";
import { limitsOf } from "./limits.ts";
import { code, either, type Markup, plain } from "./text.ts";

const prefix = "#/components/schemas/";

/** Shows schemas as lists of fields. What has a name is led to rather than repeated. */
export class Fields {
  readonly #named: Readonly<Record<string, JsonSchema>>;

  constructor(named: Readonly<Record<string, JsonSchema>>) {
    this.#named = named;
  }

  /** A schema with all that is its own; one that is only a reference is looked up. */
  whole(schema: JsonSchema): Markup {
    const own = schema.$ref === undefined ? schema : (this.#named[schema.$ref.slice(prefix.length)] ?? {});
    const inner = this.#inner(own);
    return html`${own.description === undefined ? "" : html`<p>${plain(own.description)}</p>`}
    ${inner ?? html`<p>${this.phrase(own)}</p>`}`;
  }

  /** What a value may be, in a few words. */
  phrase(schema: JsonSchema): Markup {
    if (schema.$ref !== undefined) {
      const name = schema.$ref.slice(prefix.length);
      return html`<a href="#shape-${name}">${name}</a>`;
    }
    if (schema.const !== undefined) return code(JSON.stringify(schema.const));
    if (schema.enum !== undefined) return html`${either(schema.enum.map((value) => code(JSON.stringify(value))))}`;
    const branches = schema.oneOf ?? schema.anyOf;
    if (branches !== undefined) return html`${either(branches.map((branch) => this.phrase(branch)))}`;
    const limits = limitsOf(schema);
    return html`${this.#kind(schema)}${limits === "" ? "" : html`, ${plain(limits)}`}`;
  }

  #kind(schema: JsonSchema): Markup {
    switch (schema.type) {
      case "array":
        return isSchema(schema.items) ? html`list of ${this.phrase(schema.items)}` : html`list`;
      case "object":
        return isSchema(schema.additionalProperties)
          ? html`object by name, of ${this.phrase(schema.additionalProperties)}`
          : html`object`;
      case "integer":
        return html`whole number`;
      case undefined:
        return html`any value`;
      default:
        return html`${[schema.type].flat().join(" or ")}`;
    }
  }

  /** The fields below, where a schema has some that no name leads to. */
  #inner(schema: JsonSchema): Markup | null {
    if (schema.$ref !== undefined) return null;
    if (schema.properties !== undefined && Object.keys(schema.properties).length > 0) return this.#list(schema);
    for (const below of [schema.items, schema.additionalProperties]) if (isSchema(below)) return this.#inner(below);
    const branches = (schema.oneOf ?? schema.anyOf ?? []).flatMap((branch) => this.#inner(branch) ?? []);
    const [only] = branches;
    if (branches.length < 2) return only ?? null;
    return html`<ol class="branches">
      ${branches.map((branch) => html`<li>${branch}</li>`)}
    </ol>`;
  }

  #list({ properties = {}, required = [] }: JsonSchema): Markup {
    return html`<ul class="fields">
      ${Object.entries(properties).map(([name, property]) =>
        isSchema(property) ? this.field(name, property, required.includes(name)) : "",
      )}
    </ul>`;
  }

  /** One field, or one parameter. */
  field(name: string, schema: JsonSchema, required: boolean, description = schema.description ?? ""): Markup {
    return html`<li>
      <code class="name">${name}</code> <span class="type">${this.phrase(schema)}</span>${presence(schema, required)}
      ${description === "" ? "" : html`<p class="quiet">${plain(description)}</p>`} ${this.#inner(schema) ?? ""}
    </li>`;
  }
}

function presence(schema: JsonSchema, required: boolean): Markup {
  if (schema.default !== undefined && !required) {
    return html`<span class="quiet">, default ${code(JSON.stringify(schema.default))}</span>`;
  }
  return required ? html`` : html`<span class="quiet">, optional</span>`;
}
