import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, type TestContext } from 'vitest'
import { openRenderWorkplace } from '../../support/render-workplace.ts'

const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))

/** As an agent in its container: root with CHOWN and KILL only, which cannot read what it gave away. */
function runAsAgent(directory: string, ...args: string[]) {
  const sets = '-all,+chown,+kill'
  const command = ['--no-new-privs', `--bounding-set=${sets}`, `--inh-caps=${sets}`, process.execPath, main]
  const env = { PATH: process.env['PATH'], KEYTURN_CONFIG: join(directory, 'keyturn.yaml') }
  return spawnSync('setpriv', [...command, ...args], { cwd: directory, env, encoding: 'utf8' })
}

function needsRootAndSetpriv(context: TestContext): void {
  if (process.geteuid?.() !== 0) context.skip('only root can run a process with fewer capabilities')
  if (spawnSync('setpriv', ['--version']).status !== 0) context.skip('setpriv of util-linux is not installed')
}

it('says of published files that cannot be read whether they differ, and how they could be', context => {
  needsRootAndSetpriv(context)
  const { path, write } = openRenderWorkplace()
  chmodSync(path, 0o711)
  mkdirSync(join(path, 'out'))
  chmodSync(join(path, 'out'), 0o711)
  write('db', '{"password":"one"}')
  write(
    'keyturn.yaml',
    `secrets: { db: "file:${path}/db" }\noutputs: { ${path}/out/app.env: { secret: db, format: dotenv } }\ndefaults: { owner: 10001 }\n`,
  )
  expect(runAsAgent(path, 'once')).toMatchObject({ status: 0 })

  const header = `── ${path}/out/app.env ── 0400 10001:10001\n`
  expect(runAsAgent(path, 'render', '--live', '--diff')).toMatchObject({
    status: 0,
    stdout: `${header}unchanged by its digest\n`,
    stderr: '',
  })
  write('db', '{"password":"two"}')
  expect(runAsAgent(path, 'render', '--live', '--diff')).toMatchObject({
    status: 0,
    stdout: `${header}differs by its digest\n`,
    stderr: `what is published there cannot be read: EACCES, it belongs to uid 10001
  hint: run the command as uid 10001, or as root with the capability DAC_READ_SEARCH; root without it reads no file of others
`,
  })
})
