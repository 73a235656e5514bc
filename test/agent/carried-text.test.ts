import { describe, expect, it } from 'vitest'
import { readCarried, writeCarried } from '../../src/agent/carried-text.ts'
import type { Carried } from '../../src/agent/watched-secret.ts'
import { isJsonObject, JsonNumber, parseJson, writeJson } from '../../src/core/json.ts'
import { fieldsOf } from '../../src/core/secret.ts'

const now = 1_700_000_000_000
const lease = { id: 'database/creds/x/1', ttlMs: 60_000, renewable: true, session: 's' }

function carried(): Carried {
  const document = parseJson(
    '{"username":"ü","password":"p\\n\\u2028\\"","port":5432.0,"nested":{ "a": [1e3, null] }}',
  )
  const data = document.root
  if (!isJsonObject(data)) return expect.unreachable()
  const secret = {
    fields: fieldsOf(document, data),
    version: 'v1',
    lease,
    response: new Map([['data', data]]),
  }
  const running = { lease, expiresAt: now + 60_000, renew: true }
  const state = {
    fetchedAt: now - 1,
    nextAt: now + 40_000.5,
    failures: 0,
    lastError: undefined,
    withdrawn: false,
  }
  return {
    secrets: new Map([['vault:database/creds/x', { secret, lease: running, ...state }]]),
    retired: [
      {
        key: 'vault:database/creds/x',
        provider: 'vault',
        version: 'v0',
        lease: { ...lease, id: 'database/creds/x/0', session: undefined },
        expiresAt: now + 5_000,
        revokeAfterMs: 1_000,
      },
    ],
  }
}

const again = (what: Carried, at = now) => readCarried(parseJson(writeJson(writeCarried(what))).root, at)

describe('what an agent leaves to a later process', () => {
  it('is the same when it is read', () => {
    expect(again(carried())).toEqual(carried())
  })

  it('is without what has ended since', () => {
    expect(again(carried(), now + 5_000)).toMatchObject({ retired: [] })
    expect(again(carried(), now + 5_000).secrets.size).toBe(1)
    expect(again(carried(), now + 60_000).secrets.size).toBe(0)
  })

  it('holds nothing but what has a lease, and is due at once where a read was under way', () => {
    const [[key, leased] = expect.unreachable()] = carried().secrets
    const polled = { ...leased, lease: undefined }
    const absent = { ...leased, secret: null }
    const bytes = new Uint8Array([1])
    const binary = {
      ...leased,
      secret: { version: 'b', fields: new Map([['value', { content: bytes, value: bytes }]]) },
    }
    const reading = { ...leased, nextAt: Number.POSITIVE_INFINITY }
    const secrets = new Map(Object.entries({ polled, absent, binary, [key]: reading }))
    const { secrets: read } = again({ secrets, retired: [] })
    expect([...read].map(([name, { nextAt }]) => [name, nextAt])).toEqual([[key, 0]])
  })

  it('is refused where it is damaged, without a word of what is in it', () => {
    const texts = [
      'null',
      '{}',
      '{"secrets":[],"retired":[]}',
      '{"secrets":{"x":{"version":1}},"retired":[]}',
    ]
    for (const text of [...texts, '{"secrets":{},"retired":[{"key":"canary"}]}']) {
      expect(() => readCarried(parseJson(text).root, now), text).toThrow(
        /^this is nothing that an agent has left$/,
      )
    }
  })
})

describe('writeJson', () => {
  it('writes what parseJson reads', () => {
    const text = '{"a":[1.0,-2e5,12345678901234567890],"b":{"__proto__":null,"":true},"c":"\\u2028\\"\\\\é"}'
    const { root } = parseJson(text)
    expect(parseJson(writeJson(root)).root).toEqual(root)
    expect(writeJson(new JsonNumber('1.0'))).toBe('1.0')
  })
})
