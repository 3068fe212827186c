/** Words by which a fault of the storage is known, whichever way it came: what the platform throws has nothing but its message. */
export const unwritable = "storage-unwritable";
export const damaged = "storage-damaged";
export const newer = "storage-newer";

export type StorageFault = typeof unwritable | typeof damaged | typeof newer;

/**
 * What SQLite's own result code in an error says of the storage; null when it is about something else. Full, failing, and mounted
 * read-only are one: nothing can be written until somebody has mended it.
 */
export function storageFaultOf({ message }: Error): StorageFault | null {
  if (message.includes(newer)) return newer;
  if (message.includes(damaged) || /\bSQLITE_(CORRUPT|NOTADB)/.test(message)) return damaged;
  if (message.includes(unwritable) || /\bSQLITE_(FULL|IOERR|READONLY|CANTOPEN)/.test(message)) return unwritable;
  return null;
}
