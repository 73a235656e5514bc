import type { Rendered, Renderer } from '../../src/core/output.ts'
import type { Reference } from '../../src/core/reference.ts'
import type { Secret } from '../../src/core/secret.ts'
import { compileTemplate } from '../../src/template/compile-template.ts'
import { nothingOutside, type Outside, outsideFunctions, type Writing } from '../../src/template/outside.ts'

export interface OutsideSettings extends Partial<Omit<Outside, 'writing'>> {
  readonly writing?: Partial<Writing>
}

/** Compiles a template that may call every function that reaches outside; `{{ .db.password }}` is a secret. */
export function compileOutside(
  text: string,
  { writing, ...settings }: OutsideSettings = {},
): Promise<Renderer> {
  const outside: Outside = {
    ...nothingOutside,
    allow: [...outsideFunctions.keys()],
    ...settings,
    writing: { ...nothingOutside.writing, below: ['/run/app'], ...writing },
  }
  return compileTemplate(text, {
    name: 'app.tmpl',
    dot: new Map([['db', { provider: 'memory', path: 'db' }]]),
    outside,
  })
}

export async function renderOutside(text: string, settings: OutsideSettings = {}): Promise<Rendered> {
  const renderer = await compileOutside(text, settings)
  return renderer.render(readSecret)
}

export const password = 'pa55-w0rd'

/** Answers the secret `db`, and for every file its path. */
export function readSecret({ path, provider }: Reference): Secret {
  const content = provider === 'memory' ? password : `content of ${path}`
  const name = provider === 'memory' ? 'password' : 'value'
  return { version: '1', fields: new Map([[name, { content, value: content }]]) }
}
