import { runOn } from '../support/every-dialect.ts';

await runOn('sqlite');
