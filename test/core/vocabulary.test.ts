import { describe, expect, it } from 'vitest'
import { backoffMs } from '../../src/core/backoff.ts'
import { formatDuration, parseDuration, parseSize } from '../../src/core/duration.ts'
import { ConfigurationError, RenderError } from '../../src/core/errors.ts'
import { parseReference, secretKey } from '../../src/core/reference.ts'
import { fieldsOfText, selectField } from '../../src/core/secret.ts'

describe('a duration', () => {
  it('is read with its units', () => {
    expect(['250ms', '30s', '5m', '1h30m', '1.5s', '2d'].map(parseDuration)).toEqual([
      250, 30_000, 300_000, 5_400_000, 1_500, 172_800_000,
    ])
  })

  it('without a unit, or with another, is refused with a hint', () => {
    for (const text of ['30', '0', '', 's', '5 m', '5min', '-5s', '1h 5m']) {
      expect(() => parseDuration(text), text).toThrow(ConfigurationError)
    }
  })

  it('is shown in its two largest units', () => {
    expect([0, 850, 12_000, 200_000, 7_500_000, 356_400_000].map(formatDuration)).toEqual([
      '0s',
      '850ms',
      '12s',
      '3m 20s',
      '2h 5m',
      '4d 3h',
    ])
  })
})

describe('a size', () => {
  it('is read with its unit, and refused without', () => {
    expect(['512B', '1KiB', '1MiB', '10MB'].map(parseSize)).toEqual([512, 1024, 1_048_576, 10_000_000])
    expect(() => parseSize('1024')).toThrow('"1024" is not a size')
  })
})

describe('a reference', () => {
  it('names provider, path, selector and field', () => {
    expect(parseReference('vault:secret/my-api/db')).toEqual({ provider: 'vault', path: 'secret/my-api/db' })
    expect(parseReference('vault:secret/db?version=3#password')).toEqual({
      provider: 'vault',
      path: 'secret/db',
      version: '3',
      field: 'password',
    })
    expect(
      parseReference('aws:arn:aws:secretsmanager:eu-central-1:1:secret:prod/db-AbC?stage=AWSPREVIOUS'),
    ).toEqual({
      provider: 'aws',
      path: 'arn:aws:secretsmanager:eu-central-1:1:secret:prod/db-AbC',
      stage: 'AWSPREVIOUS',
    })
  })

  it('that is none is refused', () => {
    for (const text of [
      'db',
      'vault:',
      ':path',
      'vault:a?b=c',
      'vault:a?version=',
      'vault:a?version=1&stage=x',
      'vault:a#',
    ]) {
      expect(() => parseReference(text), text).toThrow(ConfigurationError)
    }
  })

  it('shares its key with one that differs in the field only', () => {
    expect(secretKey(parseReference('vault:a?version=1#x'))).toBe(
      secretKey(parseReference('vault:a?version=1#y')),
    )
    expect(secretKey(parseReference('vault:a'))).not.toBe(secretKey(parseReference('vault:a?version=1')))
  })
})

describe('the fields of a text', () => {
  it('are those of a JSON object, a non-string as its JSON text', () => {
    const fields = fieldsOfText('{"user":"app","port":5432.0,"opts":{"a": [1]}}')
    expect([...fields].map(([name, { content }]) => [name, content])).toEqual([
      ['user', 'app'],
      ['port', '5432.0'],
      ['opts', '{"a": [1]}'],
    ])
  })

  it('are the one field "value" where it is no JSON object', () => {
    for (const text of ['plain', '{not json', '["a"]', '42'])
      expect([...fieldsOfText(text).keys()]).toEqual(['value'])
  })

  it('are named, never their values, where the wanted one is not there', () => {
    const secret = { fields: fieldsOfText('{"user":"app","password":"hunter2"}'), version: '1' }
    const missing = () => selectField(secret, 'pass')
    expect(missing).toThrow(RenderError)
    expect(missing).toThrow('the secret has no field "pass"')
    expect(() => selectField(secret, undefined)).toThrow(
      'the secret has more than one field, and none is named',
    )
  })
})

describe('the back-off', () => {
  const limits = { baseMs: 500, maxMs: 5_000 }

  it('doubles up to its bound, with full jitter', () => {
    expect([1, 2, 3, 4, 5, 500].map(failures => backoffMs(failures, limits, () => 0.999))).toEqual([
      500, 999, 1_998, 3_996, 4_995, 4_995,
    ])
    expect(backoffMs(5, limits, () => 0)).toBe(50)
  })

  it('never undercuts what the backend asked for', () => {
    expect(backoffMs(1, limits, () => 0, 30_000)).toBeGreaterThanOrEqual(30_000)
  })
})
