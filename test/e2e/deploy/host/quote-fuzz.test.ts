import { describe, expect, it } from 'vitest';
import { openHost } from '../../../../src/deploy/host/open.ts';
import { parseVia } from '../../../../src/deploy/host/via.ts';
import { awkwardArgument, seeded } from '../../../support/awkward.ts';
import { startSshd } from '../../../support/sshd.ts';

const total = 100_000;

describe('argument lists through a real SSH server', () => {
  it(`arrive as they were sent: ${total} of them`, async () => {
    const sshd = await startSshd();
    const host = await openHost(parseVia(`ssh://127.0.0.1:${sshd.port}`), {
      ssh: {
        person: { home: sshd.directory, user: sshd.user },
        identities: [sshd.keyPath],
        knownHosts: sshd.knownHosts,
        configFiles: [],
      },
      execPrefix: [],
      env: {},
    });
    const random = seeded(Number(process.env.FUZZ_SEED ?? 20_260_102));
    let checked = 0;
    while (checked < total) {
      // A command line over SSH is one argument of the login shell: 128 KiB.
      const argv = Array.from({ length: 1500 }, () => awkwardArgument(random));
      const { stdout, code } = await host.run(['printf', '%s\\0', ...argv]);
      expect(code).toBe(0);
      const got = stdout.split('\0');
      const wrong = argv.findIndex((argument, index) => argument !== got[index]);
      expect(wrong < 0 ? undefined : { sent: argv[wrong], got: got[wrong] }).toBeUndefined();
      expect(got).toHaveLength(argv.length + 1);
      checked += argv.length;
    }
    await host.close();
    await sshd.stop();
  });
});
