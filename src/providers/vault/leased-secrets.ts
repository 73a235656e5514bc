import { type Reference, secretKey } from '../../core/reference.ts'

/** Which secrets hang on which session, so that each is asked for anew when its session has ended. */
export interface LeasedSecrets {
  /** See Provider.watch. */
  watch(reference: Reference, changed: () => void): Disposable
  /** Remembers in which session the latest lease of a secret was issued. */
  issued(reference: Reference, session: string): void
  ended(session: string): void
}

export function createLeasedSecrets(): LeasedSecrets {
  const watchers = new Map<string, () => void>()
  const sessions = new Map<string, string>()
  return {
    watch(reference, changed) {
      const key = secretKey(reference)
      watchers.set(key, changed)
      // Which session its lease hangs on stays known: an agent that follows with a new configuration carries the lease on.
      return { [Symbol.dispose]: () => watchers.delete(key) }
    },
    issued(reference, session) {
      sessions.set(secretKey(reference), session)
    },
    ended(session) {
      for (const [key, issuedIn] of sessions) if (issuedIn === session) watchers.get(key)?.()
    },
  }
}
