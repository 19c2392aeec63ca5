import type { TextRule } from '../rule.ts';
import { code } from './code.ts';
import { containers } from './containers.ts';
import { git } from './git.ts';
import { network } from './network.ts';
import { permissions } from './permissions.ts';
import { programs } from './programs.ts';
import { resources } from './resources.ts';
import { services } from './services.ts';
import { ssh } from './ssh.ts';
import { workflows } from './workflows.ts';

/** The rules by topic, the most specific first: of two that fit the same line, the earlier one is the cause. */
export const topics: readonly { readonly title: string; readonly rules: readonly TextRule[] }[] = [
  { title: 'Programs that will not run', rules: programs },
  { title: 'Disk and memory', rules: resources },
  { title: 'SSH and copying', rules: ssh },
  { title: 'Permissions', rules: permissions },
  { title: 'Containers and images', rules: containers },
  { title: 'Git and submodules', rules: git },
  { title: 'Workflow, actions, runner', rules: workflows },
  { title: 'Services', rules: services },
  { title: 'Build, packages, tests', rules: code },
  { title: 'Network', rules: network },
];

export const textRules: readonly TextRule[] = topics.flatMap(({ rules }) => rules);
