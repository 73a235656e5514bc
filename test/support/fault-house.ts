import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SecureContextOptions } from 'node:tls'
import { askAgent } from '../../src/cli/ask-agent.ts'
import { loadOrThrow } from '../../src/cli/load-configuration.ts'
import { run } from '../../src/cli/run.ts'
import type { Status } from '../../src/core/status.ts'
import { createClock } from '../../src/platform/clock.ts'
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts'
import { freePort } from './free-port.ts'
import { createMemoryJournal, type MemoryJournal } from './memory-ends.ts'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'
import type { VaultWorkplace } from './vault-workplace.ts'

/** One agent of real parts, on tmpfs, and what stands between it and a real server. */
export interface FaultHouse extends AsyncDisposable {
  /** What comes first: TCP, and TLS where a certificate is given. */
  readonly tcp: TcpProxy
  /** Replaces the authority that the agent trusts. */
  trust(authority: string): void
  /** Behind it: HTTP. */
  readonly http: FaultProxy
  readonly journal: MemoryJournal
  /** Writes what a secret of this house is from now on. */
  put(secret: string, password: string): Promise<unknown>
  /** What is published at this name below the target directory. */
  read(name: string): string | undefined
  start(): void
  /** Ends the agent as SIGTERM does. */
  end(): Promise<void>
  status(): Promise<Status>
  /** HTTP statuses of health and readiness. */
  health(): Promise<{ health: number; readiness: number }>
  /** The samples of the metrics whose names begin with `keyturn_`. */
  metrics(): Promise<Record<string, number>>
}

export interface FaultHouseSettings {
  readonly place: VaultWorkplace
  /** Unique; its secrets are below `app/NAME/`. */
  readonly name: string
  /** The certificate of the front; `authority` is what the agent trusts. */
  readonly tls?: { readonly certificate: SecureContextOptions; readonly authority: string }
  readonly secrets?: readonly string[]
  /** YAML of outputs, where they are not `NAME: { value: NAME.password }` for each secret; `$TARGET` is their directory. */
  readonly outputs?: string
  /** Further lines of the configuration. */
  readonly more?: string
}

export async function openFaultHouse(settings: FaultHouseSettings): Promise<FaultHouse> {
  const { place, name, tls, secrets = ['db'], more = '' } = settings
  await using opened = new AsyncDisposableStack()
  const directory = mkdtempSync('/dev/shm/keyturn-fault-')
  opened.defer(() => rmSync(directory, { recursive: true, force: true }))
  const http = opened.use(await startFaultProxy(place.server.address))
  const tcp = opened.use(await startTcpProxy(http.address, tls?.certificate))
  const target = join(directory, 'secrets')
  mkdirSync(target, { mode: 0o711 })
  const write = (file: string, content: string) => {
    rmSync(join(directory, file), { force: true })
    writeFileSync(join(directory, file), content, { mode: 0o400 })
    return join(directory, file)
  }
  const metricsPort = await freePort()
  const config = write(
    'keyturn.yaml',
    `
providers:
  vault:
    address: "http${tls === undefined ? '' : 's'}://127.0.0.1:${tcp.port}"
    auth:
      method: approle
      role_id_file: ${write('role_id', place.roleId)}
      secret_id_file: ${write('secret_id', await place.newSecretId())}
    timeout: 2s
    max_response_size: 16KiB
${tls === undefined ? '' : `    tls: { ca_file: ${write('ca.pem', tls.authority)} }`}
secrets:
${secrets.map(secret => `  ${secret}: { from: "vault:secret/app/${name}/${secret}", refresh: 1s, max_stale: 3s }`).join('\n')}
outputs:
${settings.outputs?.replaceAll('$TARGET', target) ?? secrets.map(secret => `  ${join(target, secret)}: { value: ${secret}.password }`).join('\n')}
defaults: { owner: ${process.getuid?.()}, group: ${process.getgid?.()} }
listen: "127.0.0.1:${metricsPort}"
${more.replaceAll('$TARGET', target)}`,
  )
  const surroundings = {
    environment: { PATH: process.env['PATH'] },
    workingDirectory: directory,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
  }
  const load = () => loadOrThrow(surroundings, { config })
  const configuration = await load()
  const journal = createMemoryJournal()
  let ending = new AbortController()
  let ended: Promise<unknown> = Promise.resolve()
  const end = async () => {
    ending.abort()
    await ended
  }
  opened.defer(end)
  const socket = join(target, '.keyturn', 'agent.sock')
  const parts = opened.move()

  return {
    tcp,
    http,
    journal,
    trust: authority => write('ca.pem', authority),
    put: (secret, password) => place.put(`app/${name}/${secret}`, { password }),
    read(file) {
      try {
        return readFileSync(join(target, file), 'utf8')
      } catch {
        return undefined
      }
    },
    end,
    start() {
      ending = new AbortController()
      ended = run({
        ends: { clock: createClock(), random: Math.random, journal },
        configuration,
        load,
        terminate: ending.signal,
        onReload: () => ({ [Symbol.dispose]: () => undefined }),
      })
    },
    async status() {
      return JSON.parse((await askAgent(socket, 'GET', '/status')).body) as Status
    },
    async health() {
      const [health, readiness] = await Promise.all([
        askAgent(socket, 'GET', '/healthz'),
        askAgent(socket, 'GET', '/readyz'),
      ])
      return { health: health.status, readiness: readiness.status }
    },
    async metrics() {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
      const samples = [...text.matchAll(/^(keyturn_\w+)(?:\{[^}]*\})? (\S+)$/gm)]
      return Object.fromEntries(samples.map(([, sample = '', value]) => [sample, Number(value)]))
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}
