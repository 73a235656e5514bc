import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { RenderError } from '../../../src/core/errors.ts'
import { renderOffline } from '../../../src/template/render-offline.ts'

const dataJson = '{"db":{"host":"canary","password":"canary","port":5432},"empty":{},"text":"canary"}'
const secretsJson =
  '{"kv/data/db":{"data":{"data":{"user":"canary","password":"canary"},"metadata":{"version":1}}}}'

describe('a key that is not there', () => {
  it.each([
    ['{{ .db.pasword }}', 7, 'did you mean "password"? there are host, password, port'],
    [
      '{{ .db.x }}',
      7,
      'there are host, password, port; where it may be absent, write: index (what holds it) "x"',
    ],
    ['{{ .bd.password }}', 4, 'did you mean "db"? there are db, empty, text'],
    ['{{ .empty.x }}', 10, 'there are none; where it may be absent, write: index (what holds it) "x"'],
    ['{{ $d := .db }}{{ $d.hots }}', 21, 'did you mean "host"? there are host, password, port'],
    ['{{ (secret "kv/data/db").Data.data.usr }}', 35, 'did you mean "user"? there are user, password'],
    ['{{ (secret "kv/data/db").Data.dta }}', 30, 'did you mean "data"? there are data, metadata'],
    [
      '{{ (secret "kv/data/db").data }}',
      25,
      'did you mean "Data"? there are RequestID, LeaseID, LeaseDuration, Renewable, Data, Warnings, Auth, WrapInfo',
    ],
  ])('is answered with the keys that are: %s', async (text, column, hint) => {
    expect(await errorOf(text)).toMatchObject({ column, hint })
  })

  it('is not answered with keys that a function made of values', async () => {
    const secrets = '{"kv/x":{"data":{"nested":{"deep":{"canary":1}}}}}'
    const error = await errorOf('{{ (secret "kv/x").Data.nested.deep.x }}', secrets)
    expect(error.hint).toBe('where it may be absent, write: index (what holds it) "x"')
    expect(inspect(error, { depth: null })).not.toContain('canary')
  })

  it('names a few of many', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `k${index}`)
    const data = JSON.stringify({ db: Object.fromEntries(names.map(name => [name, 1])) })
    expect((await errorOf('{{ .db.password }}', undefined, data)).hint).toMatch(
      /^there are k0, .*, k11 and 28 more; /,
    )
  })
})

it('a template that is not defined is answered with the name that was meant', async () => {
  expect(await errorOf('{{ define "header" }}{{ end }}{{ template "haeder" }}')).toMatchObject({
    hint: 'did you mean "header"?',
  })
})

it('a template that executeTemplate does not find is not named, for its name may be a value', async () => {
  const error = await errorOf('{{ define "header" }}{{ end }}{{ executeTemplate .text }}')
  expect(error.hint).toBe('there are header')
  expect(inspect(error, { depth: null })).not.toContain('canary')
})

async function errorOf(text: string, secrets = secretsJson, data = dataJson): Promise<RenderError> {
  try {
    await renderOffline({ text, name: 'x', dataJson: data, secretsJson: secrets })
  } catch (error) {
    if (error instanceof RenderError) return error
    throw error
  }
  throw new Error('it renders')
}
