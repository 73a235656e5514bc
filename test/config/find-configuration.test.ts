import { describe, expect, it } from 'vitest'
import { findConfiguration } from '../../src/config/find-configuration.ts'

describe('findConfiguration', () => {
  const directory = '/work dir'

  it('takes --config before KEYTURN_CONFIG before the usual place', () => {
    const environment = { KEYTURN_CONFIG: '/b.yaml' }
    expect(findConfiguration({ config: '/a.yaml', environment, directory })).toBe('/a.yaml')
    expect(findConfiguration({ environment, directory })).toBe('/b.yaml')
    expect(findConfiguration({ environment: {}, directory })).toBe('/etc/keyturn/keyturn.yaml')
    expect(findConfiguration({ environment: { KEYTURN_CONFIG: '' }, directory })).toBe(
      '/etc/keyturn/keyturn.yaml',
    )
  })

  it('takes a relative path from the working directory', () => {
    expect(findConfiguration({ config: 'a.yaml', environment: {}, directory })).toBe('/work dir/a.yaml')
  })
})
