/** A connection that can load an extension: better-sqlite3, node:sqlite with `allowExtension: true`, Bun. */
export interface Connection {
  loadExtension(path: string): unknown;
}

/**
 * The path of the library for this system.
 * @throws Error where there is none, or its package is not installed.
 */
export function getLoadablePath(): string;

/** Load the library into a connection: once for each. */
export function load(db: Connection): void;
