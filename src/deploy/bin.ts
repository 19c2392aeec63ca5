// Hides the arguments from the process list: a key may be among them as text.
process.title = 'deploy-binary';

// The version is asked for by scripts; it needs none of the rest.
if (process.argv[2] === '--version' || process.argv[2] === '-V') {
  process.stdout.write(`${process.env.TOOLKIT_VERSION ?? 'development'}\n`);
} else {
  const [{ main }, { terminalIo }, { deployBinary }] = await Promise.all([
    import('../common/command.ts'),
    import('../common/terminal.ts'),
    import('./command.ts'),
  ]);
  await main(deployBinary, terminalIo());
}
