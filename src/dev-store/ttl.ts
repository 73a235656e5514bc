import { formatSeconds } from './go-time.ts'
import { systemTtlSeconds } from './mounts.ts'
import { refuse } from './refusal.ts'

/** What limits a token or lease. All in seconds; 0 is "not set". */
export interface TtlLimits {
  readonly ttl: number
  readonly maxTtl: number
  readonly explicitMaxTtl: number
  readonly period: number
}

export interface Grant {
  readonly seconds: number
  readonly warnings: readonly string[]
}

/**
 * How long a token or lease lives from now on, as Vault's `CalculateTTL` finds it: what was asked for (else the
 * role's, else the system's), never past the maximum counted from its issue.
 */
export function grantTtl(
  limits: TtlLimits,
  times: { now: number; issued: number; increment?: number },
): Grant {
  const maxima = [systemTtlSeconds, limits.maxTtl, limits.explicitMaxTtl].filter(seconds => seconds > 0)
  const maxTtl = Math.min(...maxima)
  const age = Math.floor(times.now / 1000) - Math.floor(times.issued / 1000)

  if (limits.period > 0) {
    const seconds = Math.min(limits.period, maxTtl)
    return cap(seconds, limits.explicitMaxTtl > 0 ? limits.explicitMaxTtl - age : seconds)
  }
  return cap(times.increment || limits.ttl || systemTtlSeconds, maxTtl - age)
}

function cap(seconds: number, left: number): Grant {
  if (left <= 0) return refuse(400, 'past the max TTL, cannot renew')
  if (seconds <= left) return { seconds, warnings: [] }
  const wanted = `TTL of "${formatSeconds(seconds)}" exceeded the effective max_ttl of "${formatSeconds(left)}"`
  return { seconds: left, warnings: [`${wanted}; TTL value is capped accordingly`] }
}
