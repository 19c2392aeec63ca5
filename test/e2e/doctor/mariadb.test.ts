import { runOn } from '../../support/every-dialect.ts';

// The MariaDB of Debian.
await runOn('mariadb');
