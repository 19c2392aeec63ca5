import { expect, test } from 'vitest';
import { sudoersLines } from '../../src/deploy/privilege.ts';

const programs = { tee: '/usr/bin/tee', systemctl: '/bin/systemctl' };

test('a line for each privileged command, with its fixed arguments', () => {
  expect(
    sudoersLines(
      'deploy',
      [
        ['sudo', '-n', '-u', 'gbuser', 'tee', '--', '/opt/a b/.x.deploy/staged'],
        ['sudo', '-n', 'systemctl', 'restart', 'x@1.service'],
        ['sudo', '-n', '-u', 'gbuser', 'kill', '-TERM', '<PID>'],
        ['sudo', '-n', '-u', 'gbuser', '/opt/start'],
        ['tee', '--', '/tmp/own'],
      ],
      { programs },
    ),
  ).toEqual([
    'deploy ALL=(gbuser) NOPASSWD: /usr/bin/tee -- /opt/a\\ b/.x.deploy/staged',
    'deploy ALL=(root) NOPASSWD: /bin/systemctl restart x@1.service',
    'deploy ALL=(gbuser) NOPASSWD: /usr/bin/kill -TERM [0-9]*',
    'deploy ALL=(gbuser) NOPASSWD: /opt/start ""',
  ]);
});

test('what sudoers would read as a pattern stays literal', () => {
  const [line] = sudoersLines('deploy', [['sudo', '-n', 'tee', '/a*b?[c],d:e=f\\g']], { programs });
  expect(line).toBe('deploy ALL=(root) NOPASSWD: /usr/bin/tee /a\\*b\\?\\[c\\]\\,d\\:e\\=f\\\\g');
});
