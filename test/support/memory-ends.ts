import { ProviderError } from '../../src/core/errors.ts'
import type { Output, Renderer } from '../../src/core/output.ts'
import type {
  Clock,
  Debt,
  Journal,
  JournalFields,
  Notifier,
  Provider,
  Publication,
  PublishedState,
  Publisher,
} from '../../src/core/ports.ts'
import { parseReference, type Reference, secretKey } from '../../src/core/reference.ts'
import { fieldsOfText, type Lease, type Secret, selectField } from '../../src/core/secret.ts'

/** A backend in memory whose secrets, latencies and failures a test sets by key. */
export interface MemoryProvider extends Provider {
  put(path: string, value: string, lease?: Lease): void
  /** Makes the answer anew at each fetch. */
  answer(path: string, make: (reference: Reference) => Secret): void
  /** Calls back who watches a path, as at a push or the end of a session. */
  push(path: string): void
  fail(path: string, error: ProviderError | undefined): void
  failAll(error: ProviderError | undefined): void
  delay(path: string, ms: number): void
  readonly requests: { path: string; at: number }[]
  readonly renewals: { id: string; at: number }[]
  readonly revocations: { id: string; at: number }[]
  failRenewals(error: ProviderError | undefined): void
  grant: (lease: Lease) => Lease
}

export function createMemoryProvider(clock: Clock, name = 'memory'): MemoryProvider {
  const secrets = new Map<string, (reference: Reference) => Secret>()
  const watchers = new Map<string, () => void>()
  const failures = new Map<string, ProviderError>()
  const delays = new Map<string, number>()
  let failure: ProviderError | undefined
  let renewalFailure: ProviderError | undefined
  let version = 0
  return {
    name,
    requests: [],
    renewals: [],
    revocations: [],
    grant: lease => lease,
    put(path, value, lease) {
      version += 1
      const secret = { fields: fieldsOfText(value), version: `v${version}`, lease }
      secrets.set(path, () => secret)
    },
    answer(path, make) {
      secrets.set(path, make)
    },
    push: path => watchers.get(path)?.(),
    watch(reference, changed) {
      watchers.set(reference.path, changed)
      return { [Symbol.dispose]: () => watchers.delete(reference.path) }
    },
    fail(path, error) {
      if (error === undefined) failures.delete(path)
      else failures.set(path, error)
    },
    failAll(error) {
      failure = error
    },
    delay(path, ms) {
      delays.set(path, ms)
    },
    async fetch(reference, signal) {
      this.requests.push({ path: reference.path, at: clock.now() })
      const make = secrets.get(reference.path)
      const delayMs = delays.get(reference.path)
      if (delayMs !== undefined) await clock.sleep(delayMs, signal)
      const error = failure ?? failures.get(reference.path)
      if (error !== undefined) throw error
      if (make === undefined) throw new ProviderError('missing', `${secretKey(reference)} does not exist`)
      return make(reference)
    },
    async renew(lease) {
      this.renewals.push({ id: lease.id, at: clock.now() })
      const error = failure ?? renewalFailure
      if (error !== undefined) throw error
      return this.grant(lease)
    },
    failRenewals(error) {
      renewalFailure = error
    },
    async revoke(lease) {
      if (failure !== undefined) throw failure
      this.revocations.push({ id: lease.id, at: clock.now() })
    },
    async close() {},
  }
}

export interface MemoryPublisher extends Publisher {
  readonly files: Map<string, string>
  readonly publications: Publication[]
  /** Milliseconds that a publication of this path takes, as a validation may. */
  readonly delays: Map<string, number>
  failNext: Error | undefined
}

/** Publishes into a map, with the bookkeeping of debts that the real one keeps on disk. */
export function createMemoryPublisher(clock: Clock): MemoryPublisher {
  const states = new Map<string, PublishedState>()
  let debts: Debt[] = []
  let complete = false
  const known = new Set<string>()
  return {
    files: new Map(),
    publications: [],
    delays: new Map(),
    failNext: undefined,
    get complete() {
      return complete
    },
    published: () => states,
    debts: () => debts,
    async publish(outputs, { owedTo }, signal) {
      const delayMs = Math.max(0, ...outputs.map(({ output }) => this.delays.get(output.path) ?? 0))
      if (delayMs > 0) await clock.sleep(delayMs, signal)
      const failure = this.failNext
      this.failNext = undefined
      if (failure !== undefined) {
        return {
          publication: undefined,
          failures: outputs.map(({ output }) => ({ path: output.path, error: failure })),
        }
      }
      const changed = outputs.filter(
        ({ output, contents }) => this.files.get(output.path) !== textOf(contents),
      )
      for (const { output, versions } of outputs) {
        const state = states.get(output.path)
        if (state !== undefined) states.set(output.path, { ...state, versions })
      }
      if (changed.length === 0) return { publication: undefined, failures: [] }
      const publication: Publication = {
        id: `p${this.publications.length + 1}`,
        publishedAt: clock.now(),
        publishedUptimeMs: clock.uptime(),
        outputs: changed.map(({ output, versions }) => ({
          path: output.path,
          owners: output.files.map(({ owner }) => owner),
          versions,
          first: !known.has(output.path),
        })),
      }
      for (const { output, contents, versions } of changed) {
        known.add(output.path)
        this.files.set(output.path, textOf(contents))
        states.set(output.path, { publishedAt: clock.now(), versions })
      }
      const owed = owedTo(publication.outputs).map(notifier => ({ notifier, publication }))
      debts = [...debts.filter(debt => !owed.some(({ notifier }) => notifier === debt.notifier)), ...owed]
      this.publications.push(publication)
      return { publication, failures: [] }
    },
    async markComplete() {
      complete = true
    },
    async settle(debt) {
      debts = debts.filter(other => other !== debt)
    },
    async prune({ outputs }) {
      for (const path of this.files.keys()) {
        if (outputs.includes(path)) continue
        this.files.delete(path)
        states.delete(path)
      }
    },
    async collect() {
      return undefined
    },
    async close() {},
  }
}

function textOf(contents: readonly Uint8Array[]): string {
  return contents.map(content => Buffer.from(content).toString()).join('\n')
}

/** A notifier that keeps what it was told, and fails while `failure` is set. */
export interface MemoryNotifier extends Notifier {
  readonly told: { publication: Publication; at: number }[]
  failure: Error | undefined
}

export function createMemoryNotifier(
  clock: Clock,
  settings: Partial<Pick<Notifier, 'id' | 'on' | 'first' | 'splayMs'>> = {},
): MemoryNotifier {
  return {
    id: 'memory',
    on: undefined,
    first: false,
    splayMs: 0,
    ...settings,
    told: [],
    failure: undefined,
    async notify(publication) {
      if (this.failure !== undefined) throw this.failure
      this.told.push({ publication, at: clock.now() })
      return 'told'
    },
  }
}

export interface MemoryJournal extends Journal {
  readonly lines: { severity: string; event: string; message: string; fields: JournalFields | undefined }[]
}

export function createMemoryJournal(): MemoryJournal {
  return {
    lines: [],
    record(severity, event, message, fields) {
      this.lines.push({ severity, event, message, fields })
    },
  }
}

/** A file output that joins the fields of its references with a newline. */
export function outputOf(path: string, ...references: string[]): Output {
  return {
    path,
    kind: 'file',
    files: [{ name: '', mode: 0o400, owner: 10001, group: 10001, renderer: joinFields(references) }],
  }
}

function joinFields(texts: readonly string[]): Renderer {
  const references = texts.map(parseReference)
  return {
    references,
    render(read) {
      const missing = references.filter(reference => !read(reference))
      if (missing.length > 0) return { missing }
      const parts = references.map(reference => {
        const secret = read(reference)
        return secret ? String(selectField(secret, reference.field).content) : ''
      })
      return { content: parts.join('\n'), used: references }
    },
  }
}
