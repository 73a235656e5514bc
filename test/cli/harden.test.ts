import { describe, expect, it } from 'vitest'
import { harden } from '../../src/cli/harden.ts'
import { ConfigurationError } from '../../src/core/errors.ts'

const refused: readonly [name: string, value: string, consequence: RegExp][] = [
  ['NODE_OPTIONS', '--require /tmp/x.js', /foreign code/],
  ['NODE_PATH', '/tmp', /foreign code/],
  ['NODE_COMPILE_CACHE', '/tmp', /foreign code/],
  ['LD_PRELOAD', '/tmp/x.so', /foreign code/],
  ['LD_AUDIT', '/tmp/x.so', /foreign code/],
  ['LD_LIBRARY_PATH', '/tmp', /foreign code/],
  ['OPENSSL_CONF', '/tmp/x.cnf', /foreign code/],
  ['OPENSSL_MODULES', '/tmp', /foreign code/],
  ['OPENSSL_ENGINES', '/tmp', /foreign code/],
  ['NODE_DEBUG', 'http', /would print/],
  ['NODE_DEBUG_NATIVE', 'tls', /would print/],
  ['LOG_TOKENS', '1', /would print/],
  ['LOG_STREAM', '1', /would print/],
  ['NODE_TLS_REJECT_UNAUTHORIZED', '0', /trust every server/],
]

function hardened(environment: Record<string, string>): unknown {
  try {
    harden({ environment, forbidCoreDumps: () => undefined })
    return undefined
  } catch (error) {
    return error
  }
}

describe('a process that is going to hold secrets', () => {
  it.each(refused)(
    'refuses %s, and says why and what to do, but not what it is',
    (name, value, consequence) => {
      const error = hardened({ [name]: value })
      expect(error).toBeInstanceOf(ConfigurationError)
      expect(error).toMatchObject({
        message: expect.stringMatching(new RegExp(`^${name} is set, and .*${consequence.source}`)),
        hint: `unset ${name}`,
      })
    },
  )

  it.each(refused)('starts with an empty %s', name => {
    expect(hardened({ [name]: '' })).toBeUndefined()
  })

  it('starts with what the image sets, and with what means nothing to it', () => {
    expect(
      hardened({
        NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt',
        UV_THREADPOOL_SIZE: '2',
        NODE_TLS_REJECT_UNAUTHORIZED: '1',
        DEBUG: '*',
      }),
    ).toBeUndefined()
  })

  it('starts where the kernel lets nobody change what a core dump holds', () => {
    const forbidCoreDumps = () => {
      throw new Error('EACCES')
    }
    expect(() => harden({ environment: {}, forbidCoreDumps })).not.toThrow()
  })
})
