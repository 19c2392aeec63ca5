import type { Workflow } from './workflow.ts';

/** Texts of logs that people know. */
export const lines = {
  brokenBuild: [
    'cc -O2 -c src/tide.c -o build/tide.o',
    "src/tide.c: In function 'spring_range':",
    "src/tide.c:118:17: error: 'struct moon' has no member named 'phase'",
    '  118 |     return moon->phase * range;',
    '      |                 ^~',
    'make: *** [Makefile:14: build/tide.o] Error 1',
  ],
  lintErrors: ['src/tide.c:7:1: warning: unused include [unused-includes]', '1 warning treated as error'],
} as const;

/** A usual pipeline: lint and build beside each other, test after build, package after test. */
export const pipeline: Workflow = {
  file: 'pipeline.yaml',
  name: 'pipeline',
  on: { push: null, workflow_dispatch: null },
  jobs: [
    {
      id: 'lint',
      runsOn: ['self-hosted', 'linux'],
      steps: [{ name: 'Lint', run: 'make lint', output: ['checking 41 files', 'no findings'], seconds: 6 }],
    },
    {
      id: 'build',
      runsOn: ['self-hosted', 'linux'],
      steps: [
        {
          name: 'Check out',
          run: 'git clone --depth 1 "$REPOSITORY" .',
          output: ["Cloning into '.'...", 'HEAD is now at the commit of the run'],
          seconds: 3,
        },
        {
          name: 'Build',
          run: 'make -j2',
          output: Array.from({ length: 40 }, (_, at) => `cc -O2 -c src/part${at + 1}.c -o build/part${at + 1}.o`),
          seconds: 95,
        },
        { name: 'Keep the result', run: 'tar czf result.tgz build', output: ['build/', 'build/tide'], seconds: 4 },
      ],
    },
    {
      id: 'test',
      needs: ['build'],
      runsOn: ['self-hosted', 'linux'],
      steps: [
        {
          name: 'Test',
          run: 'make test',
          output: Array.from({ length: 25 }, (_, at) => `ok ${at + 1} - harbour ${at + 1}`),
          seconds: 48,
        },
      ],
    },
    {
      id: 'package',
      needs: ['test'],
      runsOn: ['self-hosted', 'linux'],
      steps: [{ name: 'Package', run: 'make package', output: ['wrote tide-tables.tar.gz'], seconds: 9 }],
    },
  ],
};

/** A site that is built and put on a server: a job whose name speaks of deploy. */
export const site: Workflow = {
  file: 'site.yaml',
  name: 'site',
  on: { push: { branches: ['main'] } },
  jobs: [
    {
      id: 'render',
      runsOn: 'self-hosted',
      steps: [
        { name: 'Install', run: 'npm ci', output: ['added 214 packages in 6s'], seconds: 8 },
        {
          name: 'Render',
          run: 'npm run build',
          output: Array.from({ length: 18 }, (_, at) => `rendered /harbours/${at + 1}`),
          seconds: 21,
        },
      ],
    },
    {
      id: 'deploy',
      needs: ['render'],
      runsOn: 'self-hosted',
      steps: [
        {
          name: 'Copy to staging',
          run: 'rsync -a public/ staging:/srv/site/',
          output: ['sent 1,204,311 bytes'],
          seconds: 7,
        },
        { name: 'Check', run: 'curl -sf https://staging.example.org/', output: ['200'], seconds: 1 },
      ],
    },
  ],
};

/** Every night: the same tests on two systems, and a report that is written whatever came of them. */
export const nightly: Workflow = {
  file: 'nightly.yaml',
  name: 'nightly',
  on: { schedule: [{ cron: '30 2 * * *' }] },
  jobs: [
    {
      id: 'soak',
      matrix: { system: ['linux', 'freebsd'], seed: [1, 2] },
      runsOn: ['self-hosted', 'linux'],
      steps: [
        {
          name: 'Soak test',
          run: 'make soak',
          output: Array.from({ length: 30 }, (_, at) => `hour ${at + 1} of the tide: ok`),
          seconds: 240,
        },
      ],
    },
    {
      id: 'report',
      needs: ['soak'],
      if: 'always()',
      runsOn: ['self-hosted', 'linux'],
      steps: [{ name: 'Write the report', run: 'make report', output: ['wrote report.html'], seconds: 3 }],
    },
  ],
};
