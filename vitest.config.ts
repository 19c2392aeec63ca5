import { defineConfig } from 'vitest/config';

const hosts = [
  'test/e2e/deploy/debian.test.ts',
  'test/e2e/deploy/lxd.test.ts',
  'test/e2e/deploy/readme.test.ts',
  'test/e2e/doctor/container.test.ts',
  'test/e2e/deploy/faults/**/*.test.ts',
];

/** Run on each real database, by test/support/every-dialect.ts; `npm test` has test/doctor/repair.test.ts of that list. */
const everywhere = [
  'test/doctor/{forgejo-7,job-without-task,reading,repair-by,reset-targets,waiting}.test.ts',
  'test/demo/states.test.ts',
];

/** They need no root and no server either, but too long for the three minutes that `npm test` may take. */
const long = [
  'test/demo/{instance,postgres,recorded-rows}.test.ts',
  'test/deploy/environment/{environment,looking,trial}.test.ts',
  'test/deploy/host/ssh/ssh.test.ts',
  'test/doctor/diagnose/diagnose.test.ts',
  'test/doctor/{grant,logs-api}.test.ts',
  'test/doctor/{sqlite,together}.test.ts',
  'test/submodules/{classes,fixes,gaps,hook,probe,push}.test.ts',
];

/** Only where one is given: see CONTRIBUTING.md. */
const mysql = process.env.TEST_MYSQL_URL === undefined ? ['test/e2e/doctor/mysql.test.ts'] : [];

export default defineConfig({
  test: {
    // For a machine that has much else to do: no test measures time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      // Everything that needs no root and no server beyond what npm installs.
      {
        extends: true,
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/e2e/**', ...long, ...everywhere] },
      },
      // Real PostgreSQL, sshd, git servers, containers and act. See CONTRIBUTING.md.
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', ...long],
          exclude: [...hosts, ...mysql],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      // Booted Debian hosts and hundreds of injected faults: a quarter of an hour. Much of it is waiting, so files share the machine.
      { extends: true, test: { name: 'hosts', include: hosts, testTimeout: 900_000, hookTimeout: 600_000 } },
    ],
  },
});
