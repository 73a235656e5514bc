import { describe, expect, it } from 'vitest'
import { openStore } from '../support/open-store.ts'

describe('KV version 2', () => {
  it('answers a written secret with its data and metadata', async () => {
    const { ask } = await openStore()
    const written = await ask('POST secret/data/my-api/db', { body: { data: { password: 'p1' } } })
    const version = {
      created_time: '2030-01-02T03:04:05Z',
      custom_metadata: null,
      deletion_time: '',
      destroyed: false,
      version: 1,
    }
    expect(written).toMatchObject({ status: 200, body: { data: version } })
    const read = await ask('GET secret/data/my-api/db')
    expect(read.body).toEqual({
      request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      lease_id: '',
      renewable: false,
      lease_duration: 0,
      data: { data: { password: 'p1' }, metadata: version },
      wrap_info: null,
      warnings: null,
      auth: null,
    })
  })

  it('encodes as Go does: keys sorted, HTML escaped, numbers as they were written', async () => {
    const { ask } = await openStore()
    const data =
      '{"z":1.0,"a":12345678901234567890123,"10":1e5,"2":5432,"h":"<&>","__proto__":{"b":1.50,"a":null}}'
    await ask('PUT secret/data/x', { body: `{"data":${data}}` })
    const { text } = await ask('GET secret/data/x')
    expect(text).toContain(
      '"data":{"10":1e5,"2":5432,"__proto__":{"a":null,"b":1.50},"a":12345678901234567890123,' +
        '"h":"\\u003c\\u0026\\u003e","z":1.0}',
    )
  })

  it('answers 404 without messages for a secret or version that is not there', async () => {
    const { ask } = await openStore()
    await ask('POST secret/data/x', { body: { data: {} } })
    for (const path of ['none', 'x?version=2', 'constructor', '__proto__']) {
      expect(await ask(`GET secret/data/${path}`)).toMatchObject({ status: 404, body: { errors: [] } })
    }
  })

  it('answers 404 with metadata for a deleted version, which can be undeleted but not once destroyed', async () => {
    const { ask } = await openStore()
    await ask('POST secret/data/x', { body: { data: { a: 1 } } })
    expect((await ask('DELETE secret/data/x')).status).toBe(204)
    expect(await ask('GET secret/data/x')).toMatchObject({
      status: 404,
      body: { data: { data: null, metadata: { deletion_time: '2030-01-02T03:04:05Z', destroyed: false } } },
    })
    await ask('POST secret/undelete/x', { body: { versions: [1] } })
    expect(await ask('GET secret/data/x')).toMatchObject({ status: 200, body: { data: { data: { a: 1 } } } })
    await ask('PUT secret/destroy/x', { body: { versions: [1] } })
    await ask('POST secret/undelete/x', { body: { versions: [1] } })
    expect(await ask('GET secret/data/x')).toMatchObject({
      status: 404,
      body: { data: { data: null, metadata: { destroyed: true } } },
    })
  })

  it('writes by check-and-set only over the version that was named', async () => {
    const { ask } = await openStore()
    const write = (cas: number) => ask('POST secret/data/x', { body: { data: { a: cas }, options: { cas } } })
    expect((await write(1)).body).toEqual({
      errors: ['check-and-set parameter did not match the current version'],
    })
    expect((await write(0)).status).toBe(200)
    expect((await write(0)).status).toBe(400)
    expect((await write(1)).body.data.version).toBe(2)
    expect((await ask('GET secret/data/x?version=1')).body.data.data).toEqual({ a: 0 })
  })

  it('keeps as many versions as the metadata says', async () => {
    const { ask } = await openStore()
    await ask('POST secret/metadata/x', { body: { max_versions: 2, custom_metadata: { team: 'a' } } })
    for (const a of [1, 2, 3]) await ask('POST secret/data/x', { body: { data: { a } } })
    const { body } = await ask('GET secret/metadata/x')
    expect(body.data).toMatchObject({ current_version: 3, oldest_version: 2, custom_metadata: { team: 'a' } })
    expect(Object.keys(body.data.versions)).toEqual(['2', '3'])
  })

  it('takes no secret at a path with a slash at its end', async () => {
    const { ask } = await openStore()
    expect(await ask('POST secret/data/x/', { body: { data: {} } })).toMatchObject({
      status: 400,
      body: { errors: ["cannot write to a path ending in '/'"] },
    })
  })

  it('lists one level, folders with a slash', async () => {
    const { ask } = await openStore()
    for (const path of ['b', 'a/x', 'a/y/z']) await ask(`POST secret/data/${path}`, { body: { data: {} } })
    expect((await ask('LIST secret/metadata')).body.data.keys).toEqual(['a/', 'b'])
    expect((await ask('GET secret/metadata/a?list=true')).body.data.keys).toEqual(['x', 'y/'])
    expect(await ask('LIST secret/metadata/none')).toMatchObject({ status: 404, body: { errors: [] } })
  })

  it.each([
    ['GET', 'get'],
    ['PUT', 'put'],
    ['LIST', 'list'],
    ['DELETE', 'delete'],
  ])('warns at %s of a path without data/', async (method, command) => {
    const { ask } = await openStore()
    const { status, body } = await ask(`${method} secret/x`)
    expect(status).toBe(404)
    expect(body.warnings[0]).toMatch(/^Invalid path for a versioned K\/V secrets engine/)
    expect(body.warnings[0]).toContain(`'bao kv ${command}'`)
  })

  it.each([
    ['{"data":', 'failed to decode JSON input: invalid JSON'],
    ['[]', 'failed to decode JSON input: json: cannot unmarshal into a map'],
    ['{"password":"x"}', 'no data provided'],
    ['{"data":"x"}', 'Field validation failed: error converting input for field "data": expected a map'],
  ])('refuses the body %s', async (body, message) => {
    const { ask } = await openStore()
    expect(await ask('POST secret/data/x', { body })).toMatchObject({
      status: 400,
      body: { errors: [message] },
    })
  })
})
