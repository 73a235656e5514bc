/** The agent as seen from outside: `keyturn status`, readiness and the gauges are made from it. Holds no value. */
export interface Status {
  readonly startedAt: number
  /** A complete generation is published. */
  readonly published: boolean
  /** Published, and no secret is older than its `max_stale`. */
  readonly ready: boolean
  readonly secrets: readonly SecretStatus[]
  readonly outputs: readonly OutputStatus[]
  readonly notifiers: readonly NotifierStatus[]
}

export interface SecretStatus {
  /** Names in the configuration; empty where only a template asks for it. */
  readonly names: readonly string[]
  /** `provider:path` with its selector. */
  readonly reference: string
  readonly version: string | undefined
  /** As Clock.now() has it now: the last answer that confirmed or changed the version. */
  readonly fetchedAt: number | undefined
  readonly nextFetchAt: number | undefined
  /** Undefined where it does not age: what a write made that nothing ends. */
  readonly maxStaleMs: number | undefined
  readonly stale: boolean
  readonly leaseExpiresAt: number | undefined
  readonly failures: number
  readonly lastError: string | undefined
}

export interface OutputStatus {
  readonly path: string
  readonly publishedAt: number | undefined
  /** Paths of the files that its templates declared beside it. */
  readonly further?: readonly string[] | undefined
  readonly lastError: string | undefined
}

export interface NotifierStatus {
  readonly id: string
  /** Owed since Clock.now(); undefined where nothing is owed. */
  readonly owedSince: number | undefined
  readonly failures: number
  readonly lastDelivery: { readonly at: number; readonly outcome: string } | undefined
  readonly lastError: string | undefined
}
