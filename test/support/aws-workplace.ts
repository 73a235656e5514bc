import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { vi } from 'vitest'
import type { Provider } from '../../src/core/ports.ts'
import { parseReference } from '../../src/core/reference.ts'
import type { Secret } from '../../src/core/secret.ts'
import { createClock } from '../../src/platform/clock.ts'
import { createAwsProvider } from '../../src/providers/aws/aws.ts'
import type { AwsSettings } from '../../src/providers/aws/settings.ts'
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts'
import { createMemoryJournal, type MemoryJournal } from './memory-ends.ts'
import { type Moto, startMoto } from './moto.ts'

export const region = 'eu-central-1'

/** An AWS of one's own: moto, a proxy before it that misbehaves when told to, and an operator who may do anything. */
export interface AwsWorkplace extends AsyncDisposable {
  readonly moto: Moto
  /** Stands before all services; the SDK finds STS here too. */
  readonly proxy: FaultProxy
  readonly journal: MemoryJournal
  readonly operator: SecretsManagerClient
  /** Writes a secret, new or there already; answers the id of its version. */
  put(name: string, value: string | Uint8Array): Promise<string>
  remove(name: string): Promise<void>
  open(settings?: Partial<AwsSettings>): Provider
  read(provider: Provider, reference: string): Promise<Secret>
  /** Writes a file of 0600 into a directory of this workplace; answers its path. */
  file(name: string, content: string): string
  /** Sets the environment that the SDK reads, and takes everything else that it would look at away. */
  environment(variables: Readonly<Record<string, string>>): void
  /** Operations that reached the proxy since the last call, such as `GetSecretValue`. */
  operations(): string[]
  /** Ends what was opened, and puts environment and proxy back. */
  clear(): Promise<void>
}

export async function createAwsWorkplace(): Promise<AwsWorkplace> {
  const moto = await startMoto()
  const proxy = await startFaultProxy(moto.address)
  const directory = mkdtempSync(join(tmpdir(), 'keyturn-aws-'))
  const operator = new SecretsManagerClient({
    region,
    endpoint: moto.address,
    credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' },
  })
  let journal = createMemoryJournal()
  let opened: Provider[] = []

  const place: AwsWorkplace = {
    moto,
    proxy,
    operator,
    get journal() {
      return journal
    },
    async put(name, value) {
      const content = typeof value === 'string' ? { SecretString: value } : { SecretBinary: value }
      const put = operator.send(new PutSecretValueCommand({ SecretId: name, ...content }))
      const { VersionId } = await put.catch(() =>
        operator.send(new CreateSecretCommand({ Name: name, ...content })),
      )
      return VersionId ?? ''
    },
    async remove(name) {
      await operator.send(new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true }))
    },
    open(settings = {}) {
      const limits = { timeoutMs: 5_000, maxConnections: 10, maxBytes: 1024 * 1024 }
      const provider = createAwsProvider(
        { type: 'aws', name: 'aws', region, endpoint: proxy.address, ...limits, ...settings },
        { clock: createClock(), journal },
      )
      opened.push(provider)
      return provider
    },
    read: (provider, reference) => provider.fetch(parseReference(reference), new AbortController().signal),
    file(name, content) {
      const path = join(directory, name)
      writeFileSync(path, content, { mode: 0o600 })
      return path
    },
    environment(variables) {
      vi.unstubAllEnvs()
      for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined)
      const none = join(directory, 'nothing')
      const base = {
        AWS_CONFIG_FILE: none,
        AWS_SHARED_CREDENTIALS_FILE: none,
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_ENDPOINT_URL_STS: proxy.address,
      }
      for (const [name, value] of Object.entries({ ...base, ...variables })) vi.stubEnv(name, value)
    },
    operations() {
      return proxy.requests
        .splice(0)
        .flatMap(({ headers }) => String(headers['x-amz-target'] ?? '').split('.')[1] ?? [])
    },
    async clear() {
      await Promise.all(opened.map(provider => provider.close()))
      opened = []
      journal = createMemoryJournal()
      proxy.fault = undefined
      proxy.requests.length = 0
      vi.unstubAllEnvs()
    },
    async [Symbol.asyncDispose]() {
      await place.clear()
      operator.destroy()
      await proxy[Symbol.asyncDispose]()
      await moto[Symbol.asyncDispose]()
      rmSync(directory, { recursive: true })
    },
  }
  return place
}
