import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../src/core/errors.ts'
import { isWithin, outsideFunctions } from '../../src/template/outside.ts'
import { compileOutside } from '../support/render-outside.ts'

describe('functions that reach outside', () => {
  it.each([...outsideFunctions.keys()])(
    'are refused where the configuration does not allow them: %s',
    async name => {
      const others = [...outsideFunctions.keys()].filter(other => other !== name)
      const text = `one\n{{ if false }}{{ ${name} "x" }}{{ end }}`
      const error = await compileOutside(text, { allow: others }).catch(error => error)
      expect(error).toBeInstanceOf(ConfigurationError)
      expect(error).toMatchObject({ place: { line: 2, column: 18 } })
      expect(error.message).toContain(`function "${name}" is refused because it `)
      expect(error.hint).toMatch(
        new RegExp(`^where that is wanted, write into the configuration: templates: { allow: \\[${name}\\]`),
      )
    },
  )

  it('are known where they are allowed, each by its own name', async () => {
    await compileOutside('{{ env "A" }}', { allow: ['env'] })
    await expect(compileOutside('{{ mustEnv "A" }}', { allow: ['env'] })).rejects.toThrow('mustEnv')
  })
})

describe('what lies within directories', () => {
  it('is they themselves and what is below them, and not what only begins alike', () => {
    expect(isWithin('/run/a', ['/run/a'])).toBe(true)
    expect(isWithin('/run/a/b', ['/run/x', '/run/a'])).toBe(true)
    expect(isWithin('/run/ab', ['/run/a'])).toBe(false)
    expect(isWithin('/run', ['/'])).toBe(true)
  })
})
