import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { waitUntil } from './wait-until.ts'

/** A PostgreSQL of the machine's own packages, for one test file. Passwords count; nothing of it is kept. */
export interface Postgres extends AsyncDisposable {
  readonly port: number
  readonly user: string
  readonly password: string
  /** Connects with these and stays connected. */
  connect(user: string, password: string): PostgresConnection
  /** Runs statements as the superuser and answers what they print. */
  run(sql: string): string
}

export interface PostgresConnection extends Disposable {
  /** Rejects where the server refuses: the connection, the login, or the query. */
  query(): Promise<void>
}

/** Where the programs are; undefined where PostgreSQL is not installed. */
export function findPostgres(): string | undefined {
  const base = '/usr/lib/postgresql'
  try {
    const [newest] = readdirSync(base).sort((a, b) => Number(b) - Number(a))
    return newest === undefined ? undefined : join(base, newest, 'bin')
  } catch {
    return undefined
  }
}

export async function startPostgres(programs: string): Promise<Postgres> {
  const directory = mkdtempSync(join(tmpdir(), 'keyturn-postgres-'))
  const [user, password, port] = ['postgres', 'of-the-superuser', await freePort()]
  const runAs = process.getuid?.() === 0 ? unprivileged() : undefined
  if (runAs !== undefined) chownSync(directory, runAs.uid, runAs.gid)
  const passwordFile = join(directory, 'password')
  writeFileSync(passwordFile, password, { mode: 0o644 })
  const data = join(directory, 'data')
  const made = spawnSync(
    join(programs, 'initdb'),
    ['-D', data, '-U', user, '-A', 'scram-sha-256', '--pwfile', passwordFile, '--no-sync'],
    { ...runAs, cwd: directory, encoding: 'utf8' },
  )
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`)
  const options = { listen_addresses: '127.0.0.1', unix_socket_directories: directory, fsync: 'off' }
  const server = spawn(
    join(programs, 'postgres'),
    [
      '-D',
      data,
      '-p',
      String(port),
      ...Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { ...runAs, cwd: directory, stdio: 'ignore' },
  )
  const client = ['-X', '-q', '-A', '-t', '-h', '127.0.0.1', '-p', String(port), '-d', 'postgres']
  const environment = (secret: string) => ({
    PATH: process.env['PATH'],
    PGPASSWORD: secret,
    PGCONNECT_TIMEOUT: '5',
  })
  const psql = (sql: string) =>
    spawnSync(join(programs, 'psql'), [...client, '-U', user, '-c', sql], {
      env: environment(password),
      encoding: 'utf8',
    })
  await waitUntil(() => {
    if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`)
    return psql('select 1').status === 0
  })
  return {
    port,
    user,
    password,
    connect(name, secret) {
      const child = spawn(join(programs, 'psql'), [...client, '-v', 'ON_ERROR_STOP=1', '-U', name], {
        env: environment(secret),
      })
      return connectionOf(child)
    },
    run(sql) {
      const { status, stdout, stderr } = psql(sql)
      if (status !== 0) throw new Error(`psql failed: ${stderr}`)
      return stdout.trim()
    },
    async [Symbol.asyncDispose]() {
      // A fast shutdown, which ends the sessions.
      server.kill('SIGINT')
      await new Promise(resolve => server.once('exit', resolve))
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function connectionOf(child: ReturnType<typeof spawn>): PostgresConnection {
  const { stdin, stdout, stderr } = child
  let refusal = ''
  let waiting: { resolve: () => void; reject: (error: Error) => void } | undefined
  stdin?.on('error', () => undefined)
  stderr?.on('data', (chunk: Buffer) => {
    refusal += chunk.toString()
  })
  stdout?.on('data', () => waiting?.resolve())
  child.on('close', () => waiting?.reject(new Error(refusal)))
  return {
    query() {
      if (child.exitCode !== null) return Promise.reject(new Error(refusal))
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        stdin?.write('select count(*) from pg_class;\n')
      })
    },
    [Symbol.dispose]() {
      waiting = undefined
      end(child)
    },
  }
}

function end(child: ChildProcess): void {
  child.stdin?.end()
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): { uid: number; gid: number } {
  const rows = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = rows.find(row => row.startsWith(`${name}:`))?.split(':') ?? []
    if (uid !== undefined) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new Error('neither postgres nor nobody is a user of this machine')
}
