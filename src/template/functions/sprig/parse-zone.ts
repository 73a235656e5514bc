export interface Zone {
  readonly offsetSeconds: number
  readonly zone: string
}

/** How many characters were read, and what they say. */
export type ReadZone = Partial<Zone> & { readonly length: number }

const offsets: Readonly<Record<string, RegExp>> = {
  '07': /^([+-])([0-9]{2})/,
  '0700': /^([+-])([0-9]{2})([0-9]{2})/,
  '07:00': /^([+-])([0-9]{2}):([0-9]{2})/,
  '070000': /^([+-])([0-9]{2})([0-9]{2})([0-9]{2})/,
  '07:00:00': /^([+-])([0-9]{2}):([0-9]{2}):([0-9]{2})/,
}

/** What a part of a layout that is about the zone finds at the beginning of a text; undefined where it does not fit. */
export function parseZone(part: string, text: string): ReadZone | undefined {
  if (part === 'MST') return parseName(text)
  if (part.startsWith('Z') && text.startsWith('Z')) return { length: 1, offsetSeconds: 0, zone: 'UTC' }
  const [all, sign, hours = 0, minutes = 0, seconds = 0] = offsets[part.slice(1)]?.exec(text) ?? []
  if (all === undefined || Number(hours) > 24 || Number(minutes) > 60 || Number(seconds) > 60)
    return undefined
  const magnitude = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)
  return { length: all.length, offsetSeconds: sign === '-' ? -magnitude : magnitude }
}

/** Only of UTC the offset is known. */
function parseName(text: string): ReadZone | undefined {
  if (text.length < 3) return undefined
  if (text.startsWith('UTC')) return { length: 3, offsetSeconds: 0, zone: 'UTC' }
  const zone = nameAt(text)
  return zone === '' ? undefined : { length: zone.length, zone }
}

function nameAt(text: string): string {
  if (/^(?:ChST|MeST)/.test(text)) return text.slice(0, 4)
  if (text.startsWith('GMT')) return `GMT${signedHours(text.slice(3))}`
  if (/^[+-]/.test(text)) return signedHours(text)
  const letters = /^[A-Z]{0,6}/.exec(text)?.[0] ?? ''
  const isName =
    letters.length === 3 ||
    (letters.length === 4 && (letters.endsWith('T') || letters === 'WITA')) ||
    (letters.length === 5 && letters.endsWith('T'))
  return isName ? letters : ''
}

/** `+3`, at most 23; empty where there is none. */
function signedHours(text: string): string {
  const [hours = ''] = /^[+-][0-9]+/.exec(text) ?? []
  return Math.abs(Number(hours)) <= 23 ? hours : ''
}
