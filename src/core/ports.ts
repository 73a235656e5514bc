import type { RenderedOutput } from './output.ts'
import type { Reference } from './reference.ts'
import type { Lease, Secret } from './secret.ts'

/** Time. The agent and its parts never ask the machine for it, so that a test can turn the clock. */
export interface Clock {
  /** Milliseconds since the epoch. May jump. */
  now(): number
  /** Milliseconds since the machine booted, of the same base as a process's start time in /proc/PID/stat. Never goes back. */
  uptime(): number
  /** Resolves after `ms`. Rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** A number in [0, 1), for jitter only. */
export type Random = () => number

export type Severity = 'debug' | 'info' | 'warn' | 'error'

/**
 * The agent's journal: one line per change of state. Log and metrics are made from it.
 * `event` is stable snake_case (`secret_rotated`); fields hold names, versions and counts, never a value or credential.
 */
export interface Journal {
  record(severity: Severity, event: string, message: string, fields?: JournalFields): void
}

export type JournalFields = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>

/**
 * Reads secrets from one backend.
 * - Never retries and never waits out a throttle: it throws a ProviderError, and the agent decides when to ask again. What
 *   comes before Retry-After has passed may be refused without asking.
 *   Replacing a token that the backend no longer knows and asking once more is not a retry.
 * - Opens nothing before the first call; logs in once for all calls under way.
 * - At most `max_connections` requests of one provider are under way; further calls wait their turn.
 * - Every method may be called concurrently; an aborted signal rejects with its reason and leaves no request behind.
 */
export interface Provider {
  /** The name in the configuration, as references use it. */
  readonly name: string

  /**
   * Reads one secret; `reference.field` is not looked at. The version changes exactly when the secret rotated. Where
   * `reference.write` is set, each call makes a new one; it has a lease where it ends by itself.
   * @throws ProviderError
   */
  fetch(reference: Reference, signal: AbortSignal): Promise<Secret>

  /**
   * Extends a lease without a new value, and answers what the backend granted (which may be less than asked).
   * Only for leases of this provider's secrets that are renewable.
   * @throws ProviderError; `missing` or `forbidden` where the lease is no longer known, or ends with an earlier session
   */
  renew?(lease: Lease, signal: AbortSignal): Promise<Lease>

  /**
   * Ends a lease before its time. One that has ended already is no error.
   * @throws ProviderError
   */
  revoke?(lease: Lease, signal: AbortSignal): Promise<void>

  /**
   * Keeps the session alive: logs in if there is none, renews the token once two thirds of its life are over, logs in
   * again where it cannot be renewed. Answers in how many milliseconds it wants to be called next.
   * @throws ProviderError
   */
  keepAlive?(signal: AbortSignal): Promise<number>

  /**
   * Gives up the session and these leases at the end of the agent's life. There only where `on_exit: revoke` asks for it.
   * @throws ProviderError where something goes on living
   */
  end?(leases: readonly Lease[], signal: AbortSignal): Promise<void>

  /** What lets another take this one's place with the same session, as text; a credential. Undefined without a session. */
  remember?(): string | undefined
  /** Takes the place of the provider that remembered this, before any other call; not where it is of another login, or too late. */
  resume?(remembered: string): void
  /** Goes on with a lease that was issued to another in its place. False where that was in another session, with which it ends. */
  adopt?(reference: Reference, lease: Lease): boolean

  /**
   * Tells of changes as they happen, for backends that can, and of leases that end with their session while a new one
   * is there already. The poll at `refresh` stays behind it.
   * `changed` may come more often than the secret changes, never concurrently with `dispose`.
   */
  watch?(reference: Reference, changed: () => void): Disposable

  /** Ends connections and what else it holds. Calls under way reject. */
  close(): Promise<void>
}

/** What was published together, and is therefore told once. */
export interface Publication {
  /** Unique, for receivers that must recognise a repeated delivery. */
  readonly id: string
  /** Clock.now() of the swap. */
  readonly publishedAt: number
  /** Clock.uptime() just after the swap: who started before it may have read the earlier files. */
  readonly publishedUptimeMs: number
  readonly outputs: readonly PublishedOutput[]
}

export interface PublishedOutput {
  readonly path: string
  /** Owners of its files; `signal` looks for processes of these. */
  readonly owners: readonly number[]
  readonly versions: Readonly<Record<string, string>>
  /** True where no earlier content was replaced: nobody can have read older content. */
  readonly first: boolean
}

/** An output that could not be put in place; the earlier one stays. */
export interface PublishFailure {
  readonly path: string
  readonly error: Error
}

export interface PublishResult {
  /** Undefined where nothing changed. */
  readonly publication: Publication | undefined
  readonly failures: readonly PublishFailure[]
}

/** What a notifier still has to be told. Survives a restart. */
export interface Debt {
  /** The notifier's id. */
  readonly notifier: string
  readonly publication: Publication
}

/**
 * Puts outputs on disk and remembers what is there and who must be told.
 * Calls do not overlap, but for `publish`, which may be under way for several sets without a common output.
 */
export interface Publisher {
  /** True once a complete set was published, by this agent or one before it. */
  readonly complete: boolean
  /** The outputs on disk, by path. */
  published(): ReadonlyMap<string, PublishedState>
  /** What is owed, oldest first; at most one debt per notifier: a later publication absorbs an earlier one. */
  debts(): readonly Debt[]

  /**
   * Stages every output whose bytes, owner or mode differ from what is there, validates, remembers the debts, and swaps.
   * All that pass are swapped together. An output that fails keeps its earlier content and harms no other; with
   * `allOrNothing` (a first start) one failure keeps all from appearing.
   * What an output declares further is told as a part of it, and goes once it is declared no longer.
   * Published at once is published together: one Publication, owed to each notifier that `owedTo` names. Where nothing at
   * all can be written, every output fails. Rejects with the signal's reason where it was aborted before the swap.
   */
  publish(
    outputs: readonly RenderedOutput[],
    options: { allOrNothing: boolean; owedTo: (outputs: readonly PublishedOutput[]) => readonly string[] },
    signal: AbortSignal,
  ): Promise<PublishResult>

  /** Marks the set as complete: from now on, and after a restart, each output goes by itself. */
  markComplete(): Promise<void>
  /** Forgets a debt, unless a later publication has replaced it. */
  settle(debt: Debt): Promise<void>
  /** Removes outputs that are configured no longer with all that they declared, and debts to notifiers that are not either. */
  prune(keep: { outputs: readonly string[]; notifiers: readonly string[] }): Promise<void>
  /** Removes earlier generations whose grace period is over; answers in how many milliseconds to call again, if any stay. */
  collect(): Promise<number | undefined>
  close(): Promise<void>
}

export interface PublishedState {
  readonly publishedAt: number
  readonly versions: Readonly<Record<string, string>>
  /** Paths of the further files that it declared. */
  readonly further?: readonly string[] | undefined
}

/** Tells the application. One attempt per call: the agent keeps the debt and decides when to try again. */
export interface Notifier {
  /** Equal for equal configuration, also after a restart; shown in status and logs (`signal SIGHUP node`). */
  readonly id: string
  /** Paths of the outputs it is for; undefined for all. */
  readonly on: readonly string[] | undefined
  /** Whether it is told of a first publication, where no older content can have been read. */
  readonly first: boolean
  /** Upper bound of a random wait before delivery, to spread a fleet. */
  readonly splayMs: number

  /**
   * Delivers once, ends in bounded time and leaves no child behind. Answers what it did, for the log
   * (`signalled 2 processes`, `nobody had read the earlier content`).
   * @throws NotifyError
   */
  notify(publication: Publication, signal: AbortSignal): Promise<string>
}
