// Publishes a release of the version in package.json on the forge that runs the job: its section of CHANGELOG.md as text, and
// the files that are named: node scripts/release.mjs TAG FILE… Run again, it brings the same release up to date.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Conflict, createForgejo, NotFound } from '../dist/forgejo.js';

const [tag, ...files] = process.argv.slice(2);
const { env } = process;
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
if (tag !== `v${version}`)
  throw new Error(`The tag is ${tag}, the version in package.json ${version}: they must be the same.`);
const section = readFileSync('CHANGELOG.md', 'utf8').split(`\n## [${version}]`)[1]?.split('\n## [')[0];
const body = section?.replace(/^.*\n/, '').trim();
if (!body) throw new Error(`CHANGELOG.md has no section [${version}].`);

const [owner, repo] = (env.FORGEJO_REPOSITORY || env.GITHUB_REPOSITORY).split('/');
const forgejo = createForgejo({
  baseUrl: env.FORGEJO_SERVER_URL || env.GITHUB_SERVER_URL,
  auth: env.FORGEJO_TOKEN || env.GITHUB_TOKEN,
});
const place = { owner, repo };
const release = await existing(
  () => forgejo.request('POST /repos/{owner}/{repo}/releases', { ...place, tag_name: tag, name: tag, body }),
  async () => {
    const { id } = await forgejo.request('GET /repos/{owner}/{repo}/releases/tags/{tag}', { ...place, tag });
    return forgejo.request('PATCH /repos/{owner}/{repo}/releases/{id}', { ...place, id, name: tag, body });
  },
);
for (const file of files) {
  const name = basename(file);
  const old = (release.assets ?? []).find((asset) => asset.name === name);
  if (old)
    await forgejo
      .request('DELETE /repos/{owner}/{repo}/releases/{id}/assets/{asset}', { ...place, id: release.id, asset: old.id })
      .catch((error) => {
        if (!(error instanceof NotFound)) throw error;
      });
  const form = new FormData();
  form.append('attachment', new Blob([readFileSync(file)]), name);
  await forgejo.request(
    'POST /repos/{owner}/{repo}/releases/{id}/assets',
    { ...place, id: release.id },
    { query: { name }, body: form, timeoutMs: 600_000 },
  );
  console.log(`${name} is attached`);
}
console.log(release.html_url);

async function existing(create, update) {
  try {
    return await create();
  } catch (error) {
    if (error instanceof Conflict) return update();
    throw error;
  }
}
