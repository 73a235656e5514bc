/** As much of JSON Schema as the configuration's has. */
export interface KeySchema {
  readonly title?: string
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly const?: string
  readonly enum?: readonly string[]
  readonly default?: unknown
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, KeySchema>>
  readonly additionalProperties?: KeySchema | false
  readonly items?: KeySchema
  readonly anyOf?: readonly KeySchema[]
  readonly oneOf?: readonly KeySchema[]
}

/** The configuration's keys as Markdown: one table for each mapping, with a heading that is its path. */
export function renderKeyTables(schema: KeySchema): string {
  return tablesOf('', schema).join('\n\n')
}

function tablesOf(path: string, schema: KeySchema): string[] {
  const keys = Object.entries(schema.properties ?? {})
  const rows = keys.map(([key, of]) => {
    const byDefault = schema.required?.includes(key) ? 'required' : defaultOf(of)
    return `| \`${key}\` | ${typeOf(of)} | ${byDefault} | ${of.description?.replaceAll('|', '\\|')} |`
  })
  const table = ['| key | type | default | meaning |', '|---|---|---|---|', ...rows].join('\n')
  const heading = path === '' ? '### Top level' : `### \`${path}\``
  const nested = keys.flatMap(([key, of]) => nestedTables(path === '' ? key : `${path}.${key}`, of))
  return [heading, table, ...nested]
}

function nestedTables(path: string, schema: KeySchema): string[] {
  if (schema.properties !== undefined) return tablesOf(path, schema)
  if (schema.additionalProperties) {
    return nestedTables(
      `${path}.${path.endsWith('s') ? entryName(path) : '<key>'}`,
      schema.additionalProperties,
    )
  }
  if (schema.items !== undefined) return nestedTables(`${path}[]`, schema.items)
  const mappings = (schema.anyOf ?? schema.oneOf ?? []).filter(variant => variant.properties !== undefined)
  return mappings.flatMap(variant =>
    mappings.length === 1 ? tablesOf(path, variant) : tablesOf(`${path} (${variantName(variant)})`, variant),
  )
}

function entryName(path: string): string {
  return path === 'outputs' ? '<path>' : '<name>'
}

/** By the key that tells the variants apart: `type: vault`, or the one that only this variant has. */
function variantName(variant: KeySchema): string {
  const [key = '', { const: value } = {}] = Object.entries(variant.properties ?? {})[0] ?? []
  return value === undefined ? key : `${key}: ${value}`
}

function typeOf(schema: KeySchema): string {
  if (schema.title !== undefined) return schema.title
  if (schema.const !== undefined) return `\`${schema.const}\``
  if (schema.enum !== undefined) return schema.enum.map(value => `\`${value}\``).join(', ')
  const variants = schema.anyOf ?? schema.oneOf
  if (variants !== undefined) return [...new Set(variants.map(typeOf))].join(' or ')
  if (schema.items?.enum !== undefined) return `list of ${typeOf(schema.items)}`
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}s`
  return typeNames[String(schema.type)] ?? String(schema.type)
}

const typeNames: Readonly<Record<string, string>> = {
  object: 'mapping',
  string: 'text',
  integer: 'number',
  boolean: '`true`, `false`',
}

function defaultOf({ default: value }: KeySchema): string {
  if (value === undefined || typeof value === 'object') return ''
  return `\`${value}\``
}
