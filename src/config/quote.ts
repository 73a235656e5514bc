const maxLength = 80

/** A value of the configuration as a message names it: on one line, and not longer than a line should be. */
export function quote(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'a mapping'
  if (typeof value !== 'string') return String(value)
  return JSON.stringify(value.length > maxLength ? `${value.slice(0, maxLength)}...` : value)
}
