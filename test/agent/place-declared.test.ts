import { describe, expect, it } from 'vitest'
import { renderOutput } from '../../src/agent/render-outputs.ts'
import type { DeclaredFile, Output, OutputFile, Rendered } from '../../src/core/output.ts'

const secret = { provider: 'memory', path: 'tls' }

function file(name: string, declared: readonly DeclaredFile[]): OutputFile {
  const rendered: Rendered = { content: `content of ${name}`, used: [secret], declared }
  const renderer = { references: [], render: () => rendered }
  return { name, mode: 0o400, owner: 7, group: 8, renderer }
}

function declares(path: string, access: Partial<DeclaredFile> = {}): DeclaredFile {
  return { path, mode: 0o440, owner: undefined, group: undefined, content: `content of ${path}`, ...access }
}

function render(output: Output) {
  return renderOutput(output, () => ({ fields: new Map(), version: '3' }))
}

describe('what a template declares', () => {
  it('becomes file outputs that stand or fall with its own, with its owner where it says none', () => {
    const key = declares('/run/a/key.pem', { owner: 1, group: 2 })
    const result = render({
      path: '/run/a/cert.pem',
      kind: 'file',
      files: [file('', [key, declares('/run/b')])],
    })
    const versions = { 'memory:tls': '3' }
    expect(result).toMatchObject({
      kind: 'rendered',
      rendered: {
        output: { path: '/run/a/cert.pem' },
        contents: [Buffer.from('content of ')],
        versions,
        further: [
          {
            output: {
              path: '/run/a/key.pem',
              kind: 'file',
              files: [{ name: '', mode: 0o440, owner: 1, group: 2 }],
            },
            contents: [Buffer.from('content of /run/a/key.pem')],
            versions,
          },
          { output: { path: '/run/b', files: [{ mode: 0o440, owner: 7, group: 8 }] }, versions },
        ],
      },
    })
  })

  it('belongs to the generation where it lies in the directory, and else beside it', () => {
    const files = [file('cert.pem', [declares('/run/tls/sub/key.pem'), declares('/run/tls-ca.pem')])]
    expect(render({ path: '/run/tls', kind: 'directory', files })).toMatchObject({
      rendered: {
        output: { files: [{ name: 'cert.pem' }, { name: 'sub/key.pem', mode: 0o440, owner: 7, group: 8 }] },
        contents: [Buffer.from('content of cert.pem'), Buffer.from('content of /run/tls/sub/key.pem')],
        further: [{ output: { path: '/run/tls-ca.pem' } }],
      },
    })
  })

  it.each([
    ['/run/x', '/run/x', 'two templates of one output write "/run/x"'],
    ['/run/x', '/run/x/y', '"/run/x/y" and "/run/x" would lie in each other'],
    ['/run/tls/x/y', '/run/tls/x', '"/run/tls/x" and "/run/tls/x/y" would lie in each other'],
  ])('fails the output where two of its files declare %s and %s', (first, second, message) => {
    const files = [file('a', [declares(first)]), file('b', [declares(second)])]
    expect(render({ path: '/run/tls', kind: 'directory', files })).toMatchObject({
      kind: 'failed',
      error: { message },
      used: [secret, secret],
    })
  })
})
