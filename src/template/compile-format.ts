import type { Renderer } from '../core/output.ts'
import { hidden, type Tell } from '../core/piece.ts'
import { type Reference, secretKey } from '../core/reference.ts'
import { type Secret, selectField } from '../core/secret.ts'
import { bounded } from './formats/bounded.ts'
import { formatDotenv } from './formats/dotenv.ts'
import type { Fields } from './formats/fields.ts'
import { formatJson } from './formats/json.ts'
import { formatPgpass } from './formats/pgpass.ts'
import { formatProperties } from './formats/properties.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { formatPieces, type Write } from './print/format-pieces.ts'

export const formats = ['raw', 'json', 'yaml', 'toml', 'properties', 'dotenv', 'pgpass'] as const
export type Format = (typeof formats)[number]

export interface FormatOptions {
  /** Of the secret, for labels; default: its key. */
  readonly name?: string | undefined
  /** Of one rendering. */
  readonly limits?: Limits | undefined
}

/**
 * Renders all fields of a secret in a format, or the one that the reference names. The bytes depend on the fields alone,
 * not on their order. Without an optional secret there is nothing to write.
 * Only here a format's library is loaded, so that rendering need not wait.
 */
export async function compileFormat(
  reference: Reference,
  format: Format,
  { name = secretKey(reference), limits = defaultLimits }: FormatOptions = {},
): Promise<Renderer> {
  if (format === 'raw') return renderValue(reference, reference.field, name)
  const write = await writerOf(format, limits.maxOutputBytes)
  return rendererOf(reference, {
    write: secret => write(fieldsOf(secret, reference)),
    tell(secret, tell) {
      const labelOf = (field: string) => fieldLabel(name, field)
      formatPieces(fieldsOf(secret, reference), { format, write, labelOf }).forEach(tell)
    },
  })
}

/** Renders one field as it is; without a name, the only one. */
export function renderValue(
  reference: Reference,
  field: string | undefined,
  name = secretKey(reference),
): Renderer {
  const write = (secret: Secret) => selectField(secret, field).content
  return rendererOf(reference, {
    write,
    tell: (secret, tell) => tell(hidden(field === undefined ? name : fieldLabel(name, field), write(secret))),
  })
}

interface Writer {
  write(secret: Secret): string | Uint8Array
  tell(secret: Secret, tell: Tell): void
}

function rendererOf(reference: Reference, writer: Writer): Renderer {
  return {
    references: [reference],
    render: (read, tell) => {
      const secret = read(reference)
      if (!secret) return { missing: [reference] }
      const content = writer.write(secret)
      if (tell !== undefined) writer.tell(secret, tell)
      return { content, used: [reference] }
    },
  }
}

async function writerOf(format: Exclude<Format, 'raw'>, maxBytes: number): Promise<Write> {
  switch (format) {
    case 'json':
      return bounded(formatJson, maxBytes)
    case 'yaml':
      return bounded(await (await import('./formats/yaml.ts')).yamlFormat(), maxBytes)
    case 'toml':
      return bounded(await (await import('./formats/toml.ts')).tomlFormat(), maxBytes)
    case 'properties':
      return formatProperties
    case 'dotenv':
      return formatDotenv
    case 'pgpass':
      return formatPgpass
  }
}

function fieldsOf(secret: Secret, { field }: Reference): Fields {
  return field === undefined ? secret.fields : new Map([[field, selectField(secret, field)]])
}

/** `db.password`; of a secret without a name `vault:secret/my-api/db#password`. */
function fieldLabel(name: string, field: string): string {
  return `${name}${name.includes(':') ? '#' : '.'}${field}`
}
