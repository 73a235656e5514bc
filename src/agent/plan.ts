import type { Output } from '../core/output.ts'
import type { Clock, Journal, Notifier, Provider, Publisher, Random } from '../core/ports.ts'
import type { Reference } from '../core/reference.ts'
import type { Carried } from './watched-secret.ts'

/** What one agent does: the configuration, resolved and joined with the parts that carry it out. */
export interface Plan {
  /** Declared secrets and those that an output names by a whole reference. */
  readonly secrets: readonly SecretPlan[]
  readonly outputs: readonly Output[]
  readonly notifiers: readonly Notifier[]
  readonly settleMs: number
  /** How long 401, 403 and 404 are borne while nothing is published. */
  readonly startTimeoutMs: number
  /** Milliseconds between polls of a secret that only a template names. */
  readonly refreshMsOf: (provider: string) => number
  /** How long such a secret's old lease stays when a new one has taken its place. */
  readonly revokeAfterMsOf: (provider: string) => number
}

export interface SecretPlan {
  /** Names in the configuration; empty where an output or a template names the reference itself. */
  readonly names: readonly string[]
  readonly reference: Reference
  readonly refreshMs: number
  /** Undefined: ten times `refreshMs` and at least 15 minutes; for a lease its end. */
  readonly maxStaleMs?: number | undefined
  readonly optional: boolean
  /** How long an old lease stays once what replaced it is published and everybody is told: running work ends meanwhile. */
  readonly revokeAfterMs: number
  /** What becomes of its outputs once the backend refuses it for good. */
  readonly onRevoked: 'keep' | 'remove'
}

/** The ends of the house that the agent works through. */
export interface Parts {
  readonly providers: ReadonlyMap<string, Provider>
  readonly publisher: Publisher
  readonly clock: Clock
  readonly random: Random
  readonly journal: Journal
  /** Keeps what an agent after this process needs to go on with its leases; called at each change of it. */
  readonly keep?: ((carried: Carried) => void) | undefined
}
