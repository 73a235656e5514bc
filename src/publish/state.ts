import { createHmac, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { PublishError } from '../core/errors.ts'
import type { RenderedOutput } from '../core/output.ts'
import type { Debt } from '../core/ports.ts'
import { syncDirectory } from './directories.ts'
import { type FileRecord, stageFile } from './stage-file.ts'
import { discardStaged, type Workspace } from './workspace.ts'

/** What the agent remembers of its outputs, for it cannot read what it gave away. */
export interface State {
  /** Of the digests, hexadecimal: without it nobody can try values against them. */
  readonly key: string
  readonly complete: boolean
  /** By path. One that was there once stays, without an entry: somebody may have read it. */
  readonly outputs: ReadonlyMap<string, OutputRecord>
  /** Oldest first, one per notifier. */
  readonly debts: readonly Debt[]
  /** The publication whose swap was about to begin when this was written. */
  readonly pending?: string | undefined
}

export interface OutputRecord {
  readonly current?: Entry | undefined
  /** Written before the swap: after a crash either of the two is in place. */
  readonly next?: Entry | undefined
}

export interface Entry {
  readonly kind: 'file' | 'directory'
  /** Path of the output whose template declared this file; undefined for an output of the configuration. */
  readonly of?: string | undefined
  /** In `staging` before the swap; a directory's in `generations` after it. */
  readonly name: string
  /** Of bytes, owners and modes. */
  readonly digest: string
  readonly files: readonly FileRecord[]
  readonly versions: Readonly<Record<string, string>>
  readonly publishedAt: number
}

/** An output that is staged, validated, and can be swapped in. */
export interface Ready {
  readonly path: string
  readonly entry: Entry
}

export function emptyState(): State {
  return { key: randomBytes(32).toString('hex'), complete: false, outputs: new Map(), debts: [] }
}

/** Equal for an output of equal bytes, names, owners and modes. HMAC-SHA256. */
export function digestOf({ output, contents }: RenderedOutput, { key }: State): string {
  const hmac = createHmac('sha256', Buffer.from(key, 'hex'))
  const files = output.files.map(({ name, mode, owner, group }, index) => {
    return [name, mode, owner, group, contents[index]?.length]
  })
  hmac.update(JSON.stringify([output.kind, files]))
  for (const content of contents) hmac.update(content)
  return hmac.digest('hex')
}

export function withEntries(
  { outputs }: State,
  ready: readonly Ready[],
  as: 'current' | 'next',
): ReadonlyMap<string, OutputRecord> {
  const changed = new Map(outputs)
  for (const { path, entry } of ready) {
    changed.set(path, as === 'next' ? { ...changed.get(path), next: entry } : { current: entry })
  }
  return changed
}

export function equalVersions(one: Entry['versions'], other: Entry['versions']): boolean {
  const keys = Object.keys(one)
  return keys.length === Object.keys(other).length && keys.every(key => one[key] === other[key])
}

/** Answers undefined where there is none. @throws SyntaxError where it cannot be understood; PublishError, system errors */
export function readState({
  fileSystem,
  stateDirectory,
}: Pick<Workspace, 'fileSystem' | 'stateDirectory'>): State | undefined {
  const path = join(stateDirectory, 'state')
  const status = fileSystem.lstat(path)
  if (status === undefined) return undefined
  if (status.kind !== 'file') throw new PublishError(`"${path}" is not a file`, { hint: 'remove it' })
  const parsed = stateSchema.safeParse(JSON.parse(Buffer.from(fileSystem.readFile(path)).toString()))
  if (!parsed.success) throw new SyntaxError('not the state of this version of keyturn')
  const { format: _, outputs, ...state } = parsed.data
  return { ...state, outputs: new Map(Object.entries(outputs)) }
}

/** Replaces the state file at once. @throws system errors, and then the old one is still there */
export function writeState(workspace: Workspace, state: State): void {
  const { fileSystem, staging, stateDirectory } = workspace
  const name = `${workspace.nextNumber()}-state`
  const text = JSON.stringify({ format, ...state, outputs: Object.fromEntries(state.outputs) })
  try {
    fileSystem.close(stageFile(fileSystem, join(staging, name), Buffer.from(text)))
    fileSystem.rename(join(staging, name), join(stateDirectory, 'state'))
  } catch (error) {
    discardStaged(workspace, name)
    throw error
  }
  syncDirectory(fileSystem, stateDirectory)
}

const format = 1

const versionsSchema = z.record(z.string(), z.string())

const entrySchema = z.object({
  kind: z.enum(['file', 'directory']),
  of: z.optional(z.string()),
  name: z.string(),
  digest: z.string(),
  files: z.array(
    z.object({
      name: z.string(),
      mode: z.number(),
      owner: z.number(),
      group: z.number(),
      identity: z.string(),
    }),
  ),
  versions: versionsSchema,
  publishedAt: z.number(),
})

const debtSchema = z.object({
  notifier: z.string(),
  publication: z.object({
    id: z.string(),
    publishedAt: z.number(),
    publishedUptimeMs: z.number(),
    outputs: z.array(
      z.object({
        path: z.string(),
        owners: z.array(z.number()),
        versions: versionsSchema,
        first: z.boolean(),
      }),
    ),
  }),
})

const stateSchema = z.object({
  format: z.literal(format),
  key: z.string(),
  complete: z.boolean(),
  outputs: z.record(
    z.string(),
    z.object({ current: z.optional(entrySchema), next: z.optional(entrySchema) }),
  ),
  debts: z.array(debtSchema),
  pending: z.optional(z.string()),
})
