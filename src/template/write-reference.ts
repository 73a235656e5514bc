import { createHmac } from 'node:crypto'
import { RenderError } from '../core/errors.ts'
import type { Reference } from '../core/reference.ts'
import { secretReference } from './secret-path.ts'

export interface WriteTexts {
  readonly path: string
  /** `name=value` each. Names and values are trimmed, empty texts are none, the last of equal names counts. */
  readonly parameters: readonly string[]
}

/**
 * What `secret "path" "name=value"` and `pkiCert` ask for. Equal for equal path and parameters, in whatever order.
 * @throws RenderError that names no parameter, for it may be a secret
 */
export function writeReference(
  { path, parameters }: WriteTexts,
  { provider, writeKey }: { provider: string; writeKey: Uint8Array },
): Reference {
  const pairs = new Map(
    parameters.flatMap((text, index) => (text === '' ? [] : [pairOf(text, index + 1)])).sort(byName),
  )
  const id = createHmac('sha256', writeKey)
    .update(JSON.stringify([...pairs]))
    .digest('hex')
    .slice(0, 16)
  return { provider, path: secretReference(path, provider).path, write: { parameters: pairs, id } }
}

function pairOf(text: string, position: number): [string, string] {
  const equals = text.indexOf('=')
  if (equals === -1) throw new RenderError(`parameter ${position} is not written "name=value"`)
  return [text.slice(0, equals).trim(), text.slice(equals + 1).trim()].map(part => part.toWellFormed()) as [
    string,
    string,
  ]
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : Number(a > b)
}
