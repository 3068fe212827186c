/** Which schema of an object's tables this version writes (`schema.sql`). Data of a later one is refused, unread. */
export const schemaVersion = 3;
