/** The word by which a fault of the storage is known, whichever way it came: what crosses between objects keeps nothing but its message. */
export const unwritable = "storage-unwritable";

export type StorageFault = "storage-unwritable" | "storage-damaged";

/**
 * What SQLite's own result code in an error says of the storage; null when it is about something else. Full, failing, and mounted
 * read-only are one: nothing can be written until somebody has mended it.
 */
export function storageFaultOf({ message }: Error): StorageFault | null {
  if (/\bSQLITE_(CORRUPT|NOTADB)/.test(message)) return "storage-damaged";
  if (message.includes(unwritable) || /\bSQLITE_(FULL|IOERR|READONLY|CANTOPEN)/.test(message)) return unwritable;
  return null;
}
