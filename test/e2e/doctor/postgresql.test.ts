import { runOn } from '../../support/every-dialect.ts';

// The PostgreSQL of Debian.
await runOn('postgresql');
