/** What the fuzz renders at once. */
export interface FuzzCase {
  /** How: offline, as the agent does with some secrets still missing, or in the formats, which take no template. */
  readonly way: 'offline' | 'agent' | 'formats'
  readonly template: string
  /** JSON of the dot; name -> fields. */
  readonly data: string
  /** JSON of Vault's answers, by path. */
  readonly secrets: string
  readonly left?: string | undefined
  readonly right?: string | undefined
  /** Default: few, so that a case takes no longer than some hundredths of a second. */
  readonly maxSteps?: number | undefined
  readonly missingKey?: 'error' | 'zero' | undefined
}

/** `rendered` or `refused`; everything else is a finding. */
export type FuzzVerdict = string
