import { besideOthers } from '../../support/beside-others.ts';
import { runOn } from '../../support/every-dialect.ts';
import { givenMysql } from '../../support/mysql.ts';

// A MySQL that is given: see CONTRIBUTING.md.
await runOn('mysql');
besideOthers(givenMysql);
