/** Carries out the statements of a script whose column or table is not there yet. It takes `ADD COLUMN` and `CREATE TABLE` alone. */
export function addMissing(sql: SqlStorage, script: string): void {
  for (const statement of statementsOf(script)) if (!isThere(sql, statement)) sql.exec(statement);
}

export function columnsOf(sql: SqlStorage, table: string): string[] {
  return sql
    .exec<{ name: string }>(`PRAGMA table_info(${table})`)
    .toArray()
    .map(({ name }) => name);
}

export function tablesOf(sql: SqlStorage): string[] {
  return sql
    .exec<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .toArray()
    .map(({ name }) => name);
}

/** No text in such a script holds a semicolon or two hyphens. */
function statementsOf(script: string): string[] {
  const bare = script.replaceAll(/--.*$/gm, "").split(";");
  return bare.map((statement) => statement.trim()).filter((statement) => statement !== "");
}

function isThere(sql: SqlStorage, statement: string): boolean {
  const [, table, column] = /^ALTER TABLE (\w+) ADD COLUMN (\w+)/.exec(statement) ?? [];
  if (table !== undefined && column !== undefined) return columnsOf(sql, table).includes(column);
  const [, created] = /^CREATE TABLE (\w+)/.exec(statement) ?? [];
  if (created !== undefined) return tablesOf(sql).includes(created);
  throw new Error(`a migration that is neither a column nor a table: ${statement}`);
}
