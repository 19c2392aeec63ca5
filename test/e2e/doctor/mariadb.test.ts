import { useDialect } from '../../support/dialect.ts';

// What is tested on PostgreSQL is tested here, on the MariaDB of Debian.
useDialect('mariadb');
await import('../../doctor/repair.test.ts');
await import('../../doctor/reset-targets.test.ts');
await import('../../doctor/reading.test.ts');
await import('../../doctor/together.test.ts');
