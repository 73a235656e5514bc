import { basename, dirname } from 'node:path'
import { createOutsideCalls, type OutsideCalls, type TemplateCall } from './outside-calls.ts'
import type { Report } from './report.ts'
import type { Section } from './section.ts'

/** How one template is read. */
export interface TemplateReading {
  readonly left: string | undefined
  readonly right: string | undefined
  /** Functions that it may not call. */
  readonly denied: ReadonlySet<string>
}

export interface TemplatePorts {
  /** Undefined where it cannot be read. A relative path is relative to where the agent was started. */
  readonly readText: (path: string) => string | undefined
  /** All calls of a template; none where it cannot be parsed, which `keyturn check` says. */
  readonly callsIn: (
    text: string,
    delimiters: Pick<TemplateReading, 'left' | 'right'>,
  ) => readonly TemplateCall[]
}

/** The template files of the new configuration, and what they must be allowed. */
export interface TemplateStore {
  /** Contents by path, relative to the configuration. */
  readonly files: ReadonlyMap<string, string>
  readonly outside: OutsideCalls
  /** Puts the template of a block into a file and answers its path; equal templates of one name share it. */
  add(section: Section, destination: string, reading: TemplateReading): string
}

export function createTemplateStore(report: Report, { readText, callsIn }: TemplatePorts): TemplateStore {
  const files = new Map<string, string>()
  const outside = createOutsideCalls(report)
  return {
    files,
    outside,
    add(section, destination, reading) {
      const source = section.text('source')
      const contents = section.content('contents')
      const sandbox = section.text('sandbox_path')
      const what = section.name(source === undefined ? 'contents' : 'source')
      const { origin } = section.last(source === undefined ? 'contents' : 'source') ?? section
      const todo = (remedy: string) => report.todo(origin, what, remedy)
      if (source !== undefined && contents !== undefined)
        todo('"contents" stands beside it, and only "source" was taken')
      if (source === undefined && contents === undefined)
        todo('neither "source" nor "contents" is there, so its template is empty')

      const text = source === undefined ? (contents ?? '') : readText(source)
      if (text === undefined) {
        todo('it cannot be read here: import where it can, or copy it and write its path as "template"')
        return source ?? ''
      }
      const calls = callsIn(text, reading)
      outside.add({ origin, what, calls, sandbox, denied: reading.denied, directory: dirname(destination) })
      const name = basename(source ?? destination).replaceAll(/[^\w.-]/g, '_')
      const path = freePath(files, name, text)
      files.set(path, text)
      return path
    },
  }
}

function freePath(files: ReadonlyMap<string, string>, name: string, text: string): string {
  const [, stem = name, ending = '.tmpl'] = /^(.+?)(\.(?:tmpl|ctmpl|tpl|tmplt))?$/.exec(name) ?? []
  for (let number = 1; ; number++) {
    const path = `templates/${stem}${number === 1 ? '' : `-${number}`}${ending}`
    if (!files.has(path) || files.get(path) === text) return path
  }
}
