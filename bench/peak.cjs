// Loaded before a command: says on standard error how much memory it took at most, in KiB, and its processor time in seconds.
const { readFileSync } = require('node:fs');

process.on('exit', () => {
  // What getrusage has counts the process that started this one, too.
  const peak = /VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1];
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  process.stderr.write(`peak ${peak}\ncpu ${(userCPUTime + systemCPUTime) / 1e6}\n`);
});
