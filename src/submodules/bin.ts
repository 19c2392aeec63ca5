// The version is asked for by scripts and hooks; it needs none of the rest.
const [only, ...more] = process.argv.slice(2);
if (more.length === 0 && (only === '--version' || only === '-V')) {
  process.stdout.write(`${process.env.TOOLKIT_VERSION ?? 'development'}\n`);
} else {
  const [{ main }, { terminalIo }, { tool }] = await Promise.all([
    import('../common/command.ts'),
    import('../common/terminal.ts'),
    import('./command.ts'),
  ]);
  await main(tool, terminalIo());
}
