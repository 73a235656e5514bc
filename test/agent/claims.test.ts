import { describe, expect, it } from 'vitest'
import { createClaims } from '../../src/agent/claims.ts'
import type { RenderResult } from '../../src/agent/render-outputs.ts'
import type { Output, RenderedOutput } from '../../src/core/output.ts'

const output = (path: string): Output => ({ path, kind: 'file', files: [] })
const a = output('/run/a')
const b = output('/run/b')

function declaring(of: Output, ...paths: string[]): RenderResult {
  const rendered = (target: Output): RenderedOutput => ({ output: target, contents: [], versions: {} })
  const further = paths.map(path => rendered(output(path)))
  return { kind: 'rendered', rendered: { ...rendered(of), further }, used: [] }
}

describe('two outputs that declare one file', () => {
  it('are told apart by who came first; the other fails as a whole', () => {
    const claims = createClaims()
    const first = declaring(a, '/run/key')
    expect(claims.settle(a, first)).toBe(first)
    expect(claims.settle(b, declaring(b, '/run/ca', '/run/key'))).toMatchObject({
      kind: 'failed',
      error: { message: '"/run/key" is written by the template of "/run/a" as well' },
    })
    expect(claims.settle(a, declaring(a, '/run/key', '/run/ca')).kind).toBe('rendered')
    expect(claims.freed()).toEqual([])
  })

  it('are no longer where the first declares it no more, and the other is worth another try then', () => {
    const claims = createClaims()
    claims.settle(a, declaring(a, '/run/key'))
    claims.settle(b, declaring(b, '/run/key'))
    claims.settle(a, declaring(a))
    expect(claims.freed()).toEqual([b])
    expect(claims.settle(b, declaring(b, '/run/key')).kind).toBe('rendered')
    expect(claims.freed()).toEqual([])
    expect(claims.settle(a, declaring(a, '/run/key')).kind).toBe('failed')
  })

  it('stay so while the first cannot be rendered, for its file is still there', () => {
    const claims = createClaims()
    claims.settle(a, declaring(a, '/run/key'))
    claims.settle(a, { kind: 'waiting', used: [] })
    expect(claims.settle(b, declaring(b, '/run/key')).kind).toBe('failed')
  })
})
