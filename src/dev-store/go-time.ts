import { refuse } from './refusal.ts'

const unitSeconds: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
}

/** The seconds of a duration in a request's field; 0 for none. */
export function parseSeconds(value: unknown, field: string): number {
  if (value === undefined || value === null || value === '') return 0
  const problem = `error converting input for field "${field}": time: invalid duration "${value}"`
  return parseDuration(value) ?? refuse(400, `Field validation failed: ${problem}`)
}

/** A duration as Vault takes it: seconds as a number or as digits, or Go's form (`1h30m`) with `d` for days. */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? value : undefined
  const text = String(value)
  if (/^\d+$/.test(text)) return Number(text)
  if (!/^(\d+(\.\d+)?(ns|us|ms|s|m|h|d))+$/.test(text)) return undefined
  const parts = text.matchAll(/([\d.]+)(ns|us|ms|s|m|h|d)/g)
  return Math.trunc(
    [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * (unitSeconds[unit ?? ''] ?? 0), 0),
  )
}

/** `90m` becomes `1h30m`: Go's form without trailing zero parts, as Vault's warnings have it. */
export function formatSeconds(seconds: number): string {
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const rest = seconds % 60
  const text = (hours ? `${hours}h` : '') + (minutes ? `${minutes}m` : '') + (rest ? `${rest}s` : '')
  return text === '' ? '0s' : text
}

/** RFC 3339 with as many decimals as there are, as Go prints a time. */
export function formatTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.?0*Z$/, 'Z')
}
