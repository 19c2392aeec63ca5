/** `embedded` is a PostgreSQL too, in WebAssembly. */
export type TestDialect = 'embedded' | 'postgresql' | 'sqlite' | 'mariadb' | 'mysql';

let chosen: TestDialect = 'embedded';

/**
 * Has the databases of this test file made on another server. A file that says so before it imports another test file
 * runs the tests of that one there: the same tests on every dialect.
 */
export function useDialect(dialect: TestDialect): void {
  chosen = dialect;
}

export const chosenDialect = (): TestDialect => chosen;
