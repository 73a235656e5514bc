import { ConfigurationError } from './errors.ts'

const durationUnits: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const sizeUnits: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  KB: 1000,
  MB: 1000 ** 2,
}

/**
 * Milliseconds of a duration with units: `250ms`, `30s`, `1h30m`. A bare number is refused, also `0`.
 * @throws ConfigurationError
 */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)]
  if (parts.length === 0 || parts.map(part => part[0]).join('') !== text) {
    throw new ConfigurationError(`"${text}" is not a duration`, {
      hint: 'write a number and a unit, such as 30s, 5m or 1h30m',
    })
  }
  return Math.round(
    parts.reduce((sum, part) => sum + Number(part[1]) * (durationUnits[part[2] ?? ''] ?? 0), 0),
  )
}

/**
 * Bytes of a size with a unit: `512KiB`, `1MiB`, `10MB`. A bare number is refused.
 * @throws ConfigurationError
 */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(B|KiB|MiB|KB|MB)$/.exec(text)
  if (match === null) {
    throw new ConfigurationError(`"${text}" is not a size`, {
      hint: 'write a number and a unit, such as 512KiB or 1MiB',
    })
  }
  return Math.round(Number(match[1]) * (sizeUnits[match[2] ?? ''] ?? 0))
}

/** A duration for people: `0s`, `850ms`, `12s`, `3m 20s`, `2h 5m`, `4d 3h`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return ms <= 0 ? '0s' : `${Math.round(ms)}ms`
  const totalSeconds = Math.floor(ms / 1_000)
  const parts: [number, string][] = [
    [Math.floor(totalSeconds / 86_400), 'd'],
    [Math.floor(totalSeconds / 3_600) % 24, 'h'],
    [Math.floor(totalSeconds / 60) % 60, 'm'],
    [totalSeconds % 60, 's'],
  ]
  const first = parts.findIndex(([count]) => count > 0)
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ')
}
