import { describe, expect, it } from 'vitest'
import { functionGroups, loadFunctions, templateFunctions } from '../../src/template/functions.ts'

describe('the functions of templates', () => {
  it.each(functionGroups)('are named as they are loaded: $names', async ({ names, load }) => {
    expect(Object.keys(await load()).sort()).toEqual([...names].sort())
  })

  it('have names of their own', () => {
    const names = functionGroups.flatMap(group => group.names)
    expect(new Set(names).size).toBe(names.length)
  })

  it('are loaded by name', async () => {
    const functions = await loadFunctions(['toYAML', 'eq'])
    expect([...functions.keys()]).toEqual(['toYAML', 'eq'])
    expect(functions.get('toYAML')?.parameters).toEqual(['any'])
  })

  it.each(['constructor', '__proto__', 'toString', ''])('do not come from elsewhere: %s', name => {
    expect(templateFunctions.has(name)).toBe(false)
  })
})
