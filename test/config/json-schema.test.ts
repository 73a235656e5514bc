import { describe, expect, it } from 'vitest'
import { fromJSONSchema } from 'zod'
import { jsonSchema } from '../../src/config/json-schema.ts'
import type { KeySchema } from './key-table.ts'

describe('jsonSchema', () => {
  const schema = jsonSchema()

  it('describes every key', () => {
    expect(undescribed('', schema)).toEqual([])
  })

  it('accepts what the configuration accepts, and no unknown key', () => {
    const accepts = (document: unknown) => fromJSONSchema(schema).safeParse(document).success
    const outputs = { '/run/a': { value: 'file:/a', mode: 400 } }
    expect(accepts({ outputs })).toBe(true)
    expect(accepts({ outputs, providers: { file: {}, aws: { refresh: '5m' }, eu: { type: 'aws' } } })).toBe(
      true,
    )
    expect(
      accepts({
        outputs,
        secrets: { a: 'file:/a', b: { from: 'file:/b' } },
        reload: [{ signal: 'SIGHUP', pid: 5 }],
      }),
    ).toBe(true)
    expect(accepts({ outputs, settle: 100 })).toBe(false)
    expect(accepts({ outputs, setle: '100ms' })).toBe(false)
    expect(accepts({})).toBe(false)
  })
})

function undescribed(path: string, schema: KeySchema): string[] {
  const keys = Object.entries(schema.properties ?? {})
  return [
    ...keys.filter(([, of]) => !of.description).map(([key]) => `${path}.${key}`),
    ...keys.flatMap(([key, of]) => undescribed(`${path}.${key}`, of)),
    ...[schema.additionalProperties, schema.items, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap(
      of => (of ? undescribed(path, of) : []),
    ),
  ]
}
