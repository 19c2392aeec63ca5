import { useDialect } from '../support/dialect.ts';

// What is tested on PostgreSQL is tested here.
useDialect('sqlite');
await import('./repair.test.ts');
await import('./reset-targets.test.ts');
await import('./reading.test.ts');
await import('./together.test.ts');
