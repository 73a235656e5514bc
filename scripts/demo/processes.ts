// The demo's actors as processes of this machine: store, agent and application.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../test/support/free-port.ts'
import type { Actors, AgentEvent } from './actors.ts'
import { newPassword } from './password.ts'
import { readEvents } from './read-events.ts'
import { createStoreClient } from './store-client.ts'
import { waitFor } from './wait-for.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const main = join(root, 'src/main.ts')
const application = join(root, 'examples/application/server.js')
const applicationUid = 10_001
const tmpfsType = 0x01021994

export async function startProcesses(note: (text: string) => void): Promise<Actors> {
  const children = new Set<ChildProcess>()
  const directory = workDirectory()
  const isTmpfs = statfsSync(directory).type === tmpfsType
  note(`everything is in ${directory}${isTmpfs ? '' : ', which is not tmpfs: only for this demo'}`)
  const secrets = join(directory, 'secrets')
  mkdirSync(secrets, { mode: 0o711 })
  chmodSync(secrets, 0o711)
  const uid = separateUid()
  note(
    uid === undefined
      ? 'without root, or where others cannot read this checkout, all run as one user; --docker shows them apart'
      : `agent and store run as root, the application as uid ${uid}`,
  )

  const storePort = await freePort()
  const applicationPort = await freePort()
  const address = `http://127.0.0.1:${storePort}`
  const passwordFile = join(secrets, 'db_password')
  const pidFile = join(directory, 'application.pid')
  let store = await startStore(storePort)

  const client = (at = address) => createStoreClient(at, store.token)
  const { roleId, secretId } = await client().prepare(newPassword())
  writeFileSync(join(directory, 'role_id'), roleId, { mode: 0o400 })
  writeFileSync(join(directory, 'secret_id'), secretId, { mode: 0o400 })
  writeFileSync(join(directory, 'keyturn.yaml'), configuration())

  const agentEvents: AgentEvent[] = []
  const agent = start(process.execPath, [
    main,
    'run',
    '--config',
    join(directory, 'keyturn.yaml'),
    '--log-format',
    'json',
  ])
  readEvents(agent.stdout, agentEvents)

  return {
    agentEvents,
    passwordFile,
    applicationUrl: `http://127.0.0.1:${applicationPort}/`,
    owner: uid ?? process.getuid?.() ?? 0,
    async startApplication() {
      const { pid } = start(process.execPath, [application], {
        env: { PATH: process.env['PATH'], PASSWORD_FILE: passwordFile, PORT: String(applicationPort) },
        ...(uid === undefined ? {} : { uid, gid: uid }),
      })
      writeFileSync(pidFile, String(pid), { mode: 0o644 })
    },
    rotate: password => client().rotate(password),
    async stopStore() {
      await end(store.child)
    },
    async rotateUnseen(password) {
      // The same data under another address, as an operator on the other side of a cut network.
      const elsewhere = await freePort()
      store = await startStore(elsewhere)
      await client(`http://127.0.0.1:${elsewhere}`).rotate(password)
      await end(store.child)
    },
    async startStore() {
      store = await startStore(storePort)
    },
    async inspectFile() {
      const { mode, uid: owner } = statSync(passwordFile)
      return { mode: mode & 0o7777, owner, tmpfs: isTmpfs }
    },
    tryIt: [
      `curl -s http://127.0.0.1:${applicationPort}/`,
      `ls -ln ${secrets}/`,
      `node_modules/.bin/node src/main.ts status --config ${join(directory, 'keyturn.yaml')}`,
      `curl -s -H "X-Vault-Token: $(cat ${join(directory, 'token')})" -d '{"data":{"password":"another"}}' ${address}/v1/secret/data/my-api/db`,
    ],
    async [Symbol.asyncDispose]() {
      await Promise.all([...children].map(end))
      rmSync(directory, { recursive: true, force: true })
    },
  }

  function configuration(): string {
    return `providers:
  vault:
    address: ${address}
    auth: { method: approle, role_id_file: role_id, secret_id_file: secret_id }
secrets:
  db: { from: "vault:secret/my-api/db", refresh: 1s }
outputs:
  ${passwordFile}: { value: db.password }
${uid === undefined ? '' : `defaults: { owner: ${uid}, group: ${uid} }\n`}reload:
  - { signal: SIGHUP, pid_file: ${pidFile} }
${isTmpfs ? '' : `allow_non_tmpfs: [${secrets}]\n`}`
  }

  async function startStore(port: number): Promise<{ child: ChildProcess; token: string }> {
    const tokenFile = join(directory, 'token')
    const child = start(process.execPath, [
      main,
      'dev-store',
      '--listen',
      `127.0.0.1:${port}`,
      '--data',
      join(directory, 'store.json'),
      '--token-file',
      tokenFile,
    ])
    const token = await waitFor('the store to answer', async () => {
      const response = await fetch(`http://127.0.0.1:${port}/v1/sys/health`)
      return response.ok ? readToken(tokenFile) : undefined
    })
    return { child, token }
  }

  function start(
    program: string,
    args: readonly string[],
    options: { env?: NodeJS.ProcessEnv; uid?: number; gid?: number } = {},
  ) {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: '/', ...options })
    children.add(child)
    child.stderr.pipe(process.stderr)
    child.once('exit', () => children.delete(child))
    return child
  }
}

function workDirectory(): string {
  const candidates = ['/dev/shm', process.env['XDG_RUNTIME_DIR'], tmpdir()]
  const parent = candidates.find(candidate => candidate !== undefined && writable(candidate)) ?? tmpdir()
  const directory = mkdtempSync(join(parent, 'keyturn-demo-'))
  // The application, another user, must be able to pass through to its file.
  chmodSync(directory, 0o711)
  return directory
}

function writable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** The application's own uid, where we may take it and it can reach this checkout. */
function separateUid(): number | undefined {
  if (process.getuid?.() !== 0) return undefined
  const { status } = spawnSync(process.execPath, ['--check', application], {
    uid: applicationUid,
    gid: applicationUid,
  })
  return status === 0 ? applicationUid : undefined
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise(resolve => {
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}

function readToken(file: string): string | undefined {
  return readFileSync(file, 'utf8').trim() || undefined
}
