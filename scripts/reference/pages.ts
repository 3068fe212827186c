import { clusapiPage } from "../clusapi/page.ts";
import { apiPage } from "./api.ts";
import { cliPage } from "./cli.ts";
import { definitionPage } from "./definition.ts";
import { eventsPage } from "./events.ts";
import { limitsPage } from "./limits.ts";
import type { MadePage } from "./page.ts";
import { problemsPage } from "./problems.ts";
import { propertiesPage } from "./properties.ts";

/** Every page of docs/ that is made from the code. */
export async function madePages(): Promise<MadePage[]> {
  return [
    await clusapiPage(),
    await apiPage(),
    problemsPage(),
    await cliPage(),
    definitionPage(),
    propertiesPage(),
    eventsPage(),
    limitsPage(),
  ];
}
