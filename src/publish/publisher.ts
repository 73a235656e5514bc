import type { RenderedOutput } from '../core/output.ts'
import type {
  Clock,
  Debt,
  Journal,
  Publication,
  PublishedState,
  Publisher,
  PublishFailure,
  PublishResult,
} from '../core/ports.ts'
import { owe } from './debts.ts'
import { createFileSystem, type FileSystem } from './file-system.ts'
import { createGenerationStore, type GenerationStore, type Retired } from './generation-store.ts'
import { type Lock, lockState } from './lock.ts'
import { membersOf, outputOf, presentIn, publishedIn, undeclared } from './members.ts'
import { planPublication } from './plan-publication.ts'
import { publishFailure } from './publish-failure.ts'
import { recover } from './recover.ts'
import { stageChanged } from './stage-changed.ts'
import { digestOf, equalVersions, type Ready, type State, withEntries, writeState } from './state.ts'
import { removeOutput } from './swap.ts'
import { swapTogether } from './swap-together.ts'
import { discardStaged, openWorkspace, sweep, type Workspace } from './workspace.ts'

export interface PublisherOptions {
  /** On the file system of the outputs; usually `.keyturn` in the deepest directory that holds them all. */
  readonly stateDirectory: string
  /** Directories in and below which outputs may lie on something else than tmpfs. */
  readonly allowNonTmpfs: readonly string[]
  readonly clock: Clock
  readonly journal: Journal
  /** For the next publisher of this process: what was retired before it is not kept for another while. */
  readonly retired?: Retired
  /** The machine's, if left out. */
  readonly fileSystem?: FileSystem | undefined
}

/**
 * Publishes on disk, as docs/architecture.md describes it. Takes over what an agent before left: finishes the swap it had begun,
 * removes its litter, and keeps its debts.
 * @throws PublishError where the directory is refused, or another agent uses it
 */
export async function openPublisher({
  stateDirectory,
  allowNonTmpfs,
  clock,
  journal,
  retired = new Map(),
  fileSystem = createFileSystem(),
}: PublisherOptions): Promise<Publisher> {
  let lock: Lock | undefined
  try {
    const workspace = openWorkspace(stateDirectory, { fileSystem, allowNonTmpfs })
    lock = await lockState(workspace)
    const state = recover({ workspace, clock, journal, lockName: lock.name })
    return new DiskPublisher({ workspace, retired, clock, journal, lock }, state)
  } catch (error) {
    await lock?.release()
    throw publishFailure(`"${stateDirectory}" cannot be used`, error)
  }
}

interface Parts {
  readonly workspace: Workspace
  readonly retired: Retired
  readonly clock: Clock
  readonly journal: Journal
  readonly lock: Lock
}

class DiskPublisher implements Publisher {
  readonly #parts: Parts
  readonly #generations: GenerationStore
  /** As things are on disk; the file may be a step behind, and tells what it does not know yet by looking. */
  #state: State
  #unsaved = false

  constructor(parts: Parts, state: State) {
    this.#parts = parts
    this.#state = state
    this.#generations = createGenerationStore(parts, state)
  }

  get complete(): boolean {
    return this.#state.complete
  }

  published(): ReadonlyMap<string, PublishedState> {
    return publishedIn(this.#state)
  }

  debts(): readonly Debt[] {
    return this.#state.debts
  }

  async publish(
    outputs: readonly RenderedOutput[],
    options: Parameters<Publisher['publish']>[1],
    signal: AbortSignal,
  ): Promise<PublishResult> {
    signal.throwIfAborted()
    this.#makeGood()
    const { ready, failures } = await stageChanged(outputs, { ...this.#parts, state: this.#state }, signal)
    if (signal.aborted || (options.allOrNothing && failures.length > 0)) {
      for (const { entry } of ready) discardStaged(this.#parts.workspace, entry.name)
      signal.throwIfAborted()
      return { publication: undefined, failures }
    }
    const swapped = ready.length === 0 ? undefined : this.#swapIn(ready, options)
    this.#confirmVersions(outputs.flatMap(membersOf))
    const failed = [...failures, ...(swapped?.failures ?? [])]
    const whole = outputs.filter(({ output }) => !failed.some(({ path }) => path === output.path))
    this.#remove(undeclared(whole, this.#state))
    return { publication: swapped?.publication, failures: failed }
  }

  async markComplete(): Promise<void> {
    if (!this.#state.complete) this.#save({ ...this.#state, complete: true })
  }

  async settle({ notifier, publication }: Debt): Promise<void> {
    const debts = this.#state.debts.filter(
      debt => debt.notifier !== notifier || debt.publication.id !== publication.id,
    )
    if (debts.length < this.#state.debts.length) this.#save({ ...this.#state, debts })
  }

  async prune(keep: { outputs: readonly string[]; notifiers: readonly string[] }): Promise<void> {
    const debts = this.#state.debts.filter(({ notifier }) => keep.notifiers.includes(notifier))
    const kept = new Set(keep.outputs)
    const surplus = presentIn(this.#state).filter(present => !kept.has(outputOf(present)))
    this.#remove(surplus.map(({ path }) => path))
    if (debts.length < this.#state.debts.length) this.#save({ ...this.#state, debts })
  }

  async collect(): Promise<number | undefined> {
    this.#makeGood()
    return this.#generations.collect()
  }

  close(): Promise<void> {
    return this.#parts.lock.release()
  }

  /** Remembers first what is owed and what is about to be in place, so that a kill at any point loses nothing. */
  #swapIn(
    ready: readonly Ready[],
    { allOrNothing, owedTo }: Parameters<Publisher['publish']>[1],
  ): PublishResult {
    const { workspace, clock } = this.#parts
    const before = this.#state
    let planned: Publication
    try {
      planned = planPublication(ready, { workspace, clock, before })
      writeState(workspace, {
        ...before,
        outputs: withEntries(before, ready, 'next'),
        debts: owe(before.debts, owedTo(planned.outputs), planned),
        pending: planned.id,
      })
    } catch (error) {
      for (const { entry } of ready) discardStaged(workspace, entry.name)
      return { publication: undefined, failures: this.#unwritten(ready, error) }
    }

    const { swapped, failures } = swapTogether(ready, { ...this.#parts, allOrNothing, before })
    this.#generations.retireEarlier(swapped.map(({ path }) => path))
    const changed = new Set(swapped.map(outputOf))
    const publication = {
      ...planned,
      // After the last rename: who started before it may have read earlier content.
      publishedUptimeMs: clock.uptime(),
      outputs: planned.outputs.filter(({ path }) => changed.has(path)),
    }
    const owing = swapped.length === 0 ? [] : owedTo(publication.outputs)
    this.#state = {
      ...before,
      outputs: withEntries(before, swapped, 'current'),
      debts: owe(before.debts, owing, publication),
    }
    if (failures.length > 0) this.#save(this.#state)
    return { publication: swapped.length === 0 ? undefined : publication, failures }
  }

  #unwritten(ready: readonly Ready[], error: unknown): PublishFailure[] {
    return [...new Set(ready.map(outputOf))].map(path => ({
      path,
      error: publishFailure(`"${path}" cannot be published, for the agent's state cannot be written`, error),
    }))
  }

  /** A secret may rotate without its output's bytes changing. */
  #confirmVersions(outputs: readonly RenderedOutput[]): void {
    const confirmed: Ready[] = []
    for (const rendered of outputs) {
      const { path } = rendered.output
      const entry = this.#state.outputs.get(path)?.current
      if (entry === undefined || equalVersions(entry.versions, rendered.versions)) continue
      if (entry.digest === digestOf(rendered, this.#state)) {
        confirmed.push({ path, entry: { ...entry, versions: rendered.versions } })
      }
    }
    if (confirmed.length > 0) {
      this.#save({ ...this.#state, outputs: withEntries(this.#state, confirmed, 'current') })
    }
  }

  #remove(paths: readonly string[]): void {
    const removed = paths.filter(path => this.#removeOne(path))
    if (removed.length === 0) return
    const outputs = new Map(this.#state.outputs)
    for (const path of removed) outputs.set(path, {})
    this.#generations.retireEarlier(removed)
    this.#save({ ...this.#state, outputs })
  }

  #removeOne(path: string): boolean {
    const { workspace, journal } = this.#parts
    const entry = this.#state.outputs.get(path)?.current
    if (entry === undefined) return false
    try {
      removeOutput(workspace, path, entry)
    } catch (error) {
      const { message } = publishFailure(`"${path}" cannot be removed`, error)
      journal.record('warn', 'output_not_removed', message, { output: path })
      return false
    }
    journal.record('info', 'output_removed', `${path} is removed`, { output: path })
    return true
  }

  /** Does what failed earlier. */
  #makeGood(): void {
    sweep(this.#parts.workspace)
    if (this.#unsaved) this.#save(this.#state)
  }

  /** Until it succeeds, the file stays a step behind, which costs a repeated notification after a restart at worst. */
  #save(state: State): void {
    const { workspace, journal } = this.#parts
    this.#state = state
    this.#unsaved = true
    try {
      writeState(workspace, state)
      this.#unsaved = false
    } catch (error) {
      const { message } = publishFailure(`"${workspace.stateDirectory}/state" cannot be written`, error)
      journal.record('warn', 'state_not_written', message)
    }
  }
}
