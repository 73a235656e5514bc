// Builds dist/ here and the image from it: `keyturn:VERSION` and `keyturn:latest`, or the tags given as arguments.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ensureBaseImages } from '../test/support/images.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { version: string }
const tags = process.argv.length > 2 ? process.argv.slice(2) : [`keyturn:${version}`, 'keyturn:latest']

run(process.execPath, [`${root}/scripts/build.ts`])
for (const tag of await ensureBaseImages()) {
  console.log(
    `${tag} could not be pulled and is made of this machine's packages; docker rmi ${tag} removes it`,
  )
}
run('docker', [
  'build',
  ...tags.flatMap(tag => ['--tag', tag]),
  ...['--build-arg', `VERSION=${version}`, '--build-arg', `REVISION=${revision()}`],
  root,
])

function revision(): string {
  const git = spawnSync('git', ['-C', root, 'rev-parse', 'HEAD'], { encoding: 'utf8' })
  return git.status === 0 ? git.stdout.trim() : 'unknown'
}

function run(program: string, args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' })
  if (error !== undefined) console.error(`${program}: ${error.message}`)
  if (status !== 0) process.exit(status ?? 1)
}
