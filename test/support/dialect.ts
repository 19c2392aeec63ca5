export type TestDialect = 'postgresql' | 'sqlite' | 'mariadb';

let chosen: TestDialect = 'postgresql';

/**
 * Has the databases of this test file made on another server. A file that says so before it imports another test file
 * runs the tests of that one there: the same tests on every dialect.
 */
export function useDialect(dialect: TestDialect): void {
  chosen = dialect;
}

export const chosenDialect = (): TestDialect => chosen;
