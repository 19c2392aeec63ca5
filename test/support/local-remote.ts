import { dirname } from 'node:path';
import { Connection } from '../../src/deploy/connection.ts';
import { localHost } from '../../src/deploy/host/local.ts';
import { layoutOf } from '../../src/deploy/layout.ts';
import type { Privilege } from '../../src/deploy/privilege.ts';
import { Remote } from '../../src/deploy/remote.ts';

/** A target of this machine, where the tests' own user may do all. */
export function localRemote(target: string): Remote {
  const own = (argv: readonly string[]) => argv;
  const privilege: Privilege = {
    writer: null,
    runAs: 'me',
    files: own,
    service: own,
    systemctl: own,
    journal: () => [],
  };
  const connection = new Connection('local', async () => localHost(process.env), { attempts: 1, pauseMs: 0 });
  return new Remote(connection, layoutOf(target), privilege, dirname(target));
}
