import type { Renderer } from '../core/output.ts'
import type { Reference } from '../core/reference.ts'
import { type Secret, selectField } from '../core/secret.ts'
import { formatDotenv } from './formats/dotenv.ts'
import type { Fields } from './formats/fields.ts'
import { formatJson } from './formats/json.ts'
import { formatPgpass } from './formats/pgpass.ts'
import { formatProperties } from './formats/properties.ts'

export const formats = ['raw', 'json', 'yaml', 'toml', 'properties', 'dotenv', 'pgpass'] as const
export type Format = (typeof formats)[number]

/**
 * Renders all fields of a secret in a format, or the one that the reference names. The bytes depend on the fields alone,
 * not on their order. Without an optional secret there is nothing to write.
 * Only here a format's library is loaded, so that rendering need not wait.
 */
export async function compileFormat(reference: Reference, format: Format): Promise<Renderer> {
  if (format === 'raw') return renderValue(reference, reference.field)
  const write = await writerOf(format)
  return rendererOf(reference, secret => write(fieldsOf(secret, reference)))
}

/** Renders one field as it is; without a name, the only one. */
export function renderValue(reference: Reference, field: string | undefined): Renderer {
  return rendererOf(reference, secret => selectField(secret, field).content)
}

function rendererOf(reference: Reference, write: (secret: Secret) => string | Uint8Array): Renderer {
  return {
    references: [reference],
    render: read => {
      const secret = read(reference)
      if (!secret) return { missing: [reference] }
      return { content: write(secret), used: [reference] }
    },
  }
}

async function writerOf(format: Exclude<Format, 'raw'>): Promise<(fields: Fields) => string> {
  switch (format) {
    case 'json':
      return formatJson
    case 'yaml':
      return (await import('./formats/yaml.ts')).yamlFormat()
    case 'toml':
      return (await import('./formats/toml.ts')).tomlFormat()
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
