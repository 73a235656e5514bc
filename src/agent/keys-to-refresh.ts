import { ConfigurationError } from '../core/errors.ts'
import { secretKey } from '../core/reference.ts'
import type { SecretPlan } from './plan.ts'
import type { WatchedSecret } from './watched-secret.ts'

/**
 * The keys of the named secrets; without names of all, but those of writes, each of which would make something new.
 * @throws ConfigurationError for a name that is not configured
 */
export function keysToRefresh(
  names: readonly string[],
  { planned, watched }: { planned: readonly SecretPlan[]; watched: ReadonlyMap<string, WatchedSecret> },
): ReadonlySet<string> {
  if (names.length === 0) {
    const read = [...watched.values()].filter(({ plan }) => plan.reference.write === undefined)
    return new Set(read.map(({ key }) => key))
  }
  const known = new Map(
    planned.flatMap(secret => secret.names.map(name => [name, secretKey(secret.reference)])),
  )
  return new Set(
    names.map(name => {
      const key = known.get(name) ?? (watched.has(name) ? name : undefined)
      if (key !== undefined) return key
      throw new ConfigurationError(`no secret "${name}" is configured`, {
        hint: `configured are ${[...known.keys()].join(', ')}`,
      })
    }),
  )
}
