import type { SecretPlan } from '../../src/agent/plan.ts'
import { RenderError } from '../../src/core/errors.ts'
import type { Output, Renderer } from '../../src/core/output.ts'
import { parseReference, type Reference } from '../../src/core/reference.ts'
import { selectField } from '../../src/core/secret.ts'

/** What an output shows: paths of secrets by file name, in their order; a file output has one file without a name. */
export interface OutputShape {
  readonly path: string
  readonly files: Readonly<Record<string, readonly string[]>>
  /** A file beside it that its template declares, with the secret in it. */
  readonly declares?: { readonly path: string; readonly secret: string }
  readonly badTemplate?: boolean
}

export interface Configuration {
  readonly refreshMs: number
  readonly shapes: readonly OutputShape[]
  /** Whether leases outlive the process (`state.keep`). */
  readonly keep: boolean
}

export const maxStaleMs = 180_000
export const optionalSecret = 'opt'
export const removedSecret = 'rem'

export const volume = '/v'
const a = { path: '/v/a', files: { '': ['a'] } }
const app = { path: '/v/app', files: { '': ['a', 'db'] }, declares: { path: '/v/app.ca', secret: 'tls' } }
const tls = { path: '/v/tls', files: { cert: ['tls'], key: ['tls'], a: ['a'] } }
const opt = { path: '/v/opt', files: { '': ['opt'] } }
const rem = { path: '/v/rem', files: { '': ['rem'] } }

/** What the agent may be told to do, by number. */
export const configurations: readonly Configuration[] = [
  { refreshMs: 60_000, shapes: [a, app, tls, opt, rem], keep: false },
  {
    refreshMs: 30_000,
    shapes: [
      { path: '/v/app', files: { '': ['a', 'db'] } },
      { path: '/v/tls', files: { cert: ['tls'], key: ['tls'] } },
      { path: '/v/sub/new', files: { '': ['opt', 'tls'] } },
      rem,
    ],
    keep: false,
  },
  { refreshMs: 60_000, shapes: [a, app, { path: '/v/tls', files: { '': ['tls'] } }, opt], keep: true },
  { refreshMs: 60_000, shapes: [a, { ...app, badTemplate: true }, tls, opt, rem], keep: true },
]

/** Every path at which something may be seen. */
export const allPaths: readonly string[] = [
  ...new Set(configurations.flatMap(({ shapes }) => shapes.flatMap(pathsOf))),
]

export function pathsOf({ path, declares }: OutputShape): string[] {
  return declares === undefined ? [path] : [path, declares.path]
}

/** The path of the output that a path is of: its own, or of the one that declares it. */
export function outputOf(path: string): string {
  return path === '/v/app.ca' ? '/v/app' : path
}

export function secretPlansOf({ shapes, refreshMs }: Configuration): SecretPlan[] {
  const paths = new Set(shapes.flatMap(secretsOf))
  return [...paths].map(path => ({
    names: [path],
    reference: referenceTo(path),
    refreshMs,
    maxStaleMs: path === 'db' ? undefined : maxStaleMs,
    optional: path === optionalSecret,
    revokeAfterMs: 5_000,
    onRevoked: path === removedSecret ? 'remove' : 'keep',
  }))
}

export function secretsOf({ files, declares }: OutputShape): string[] {
  return [...Object.values(files).flat(), ...(declares === undefined ? [] : [declares.secret])]
}

export function outputsOf({ shapes }: Configuration): Output[] {
  return shapes.map(shape => ({
    path: shape.path,
    kind: '' in shape.files ? 'file' : 'directory',
    files: Object.entries(shape.files).map(([name, secrets]) => ({
      name,
      mode: 0o400,
      owner: 10001,
      group: 10001,
      renderer: rendererOf(shape, secrets),
    })),
  }))
}

/** The end of a file, which is missing where only a part of it is there. */
export const lastLine = '.\n'

function rendererOf({ declares, badTemplate }: OutputShape, secrets: readonly string[]): Renderer {
  const references = [...secrets, ...(declares === undefined ? [] : [declares.secret])].map(referenceTo)
  return {
    references,
    render(read) {
      const missing = references.filter(reference => !read(reference))
      if (missing.length > 0) return { missing }
      if (badTemplate) throw new RenderError('a key is missing')
      const lineOf = (reference: Reference) => {
        const secret = read(reference)
        return secret ? `${selectField(secret, undefined).content}\n` : ''
      }
      const lines = references.map(lineOf)
      const content = lines.slice(0, secrets.length).join('') + lastLine
      if (declares === undefined) return { content, used: references }
      const of = { path: declares.path, mode: 0o400, owner: undefined, group: undefined }
      return { content, used: references, declared: [{ ...of, content: lines.at(-1) + lastLine }] }
    },
  }
}

function referenceTo(path: string): Reference {
  return parseReference(`memory:${path}`)
}
