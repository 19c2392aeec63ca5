// Hides the arguments from the process list: a database URL among them may hold a password.
process.title = 'ci-doctor';

if (process.argv[2] === '--version' || process.argv[2] === '-V') {
  process.stdout.write(`${process.env.TOOLKIT_VERSION}\n`);
} else {
  // Loaded only now: what prints a version needs none of it.
  void import('./main.ts');
}
