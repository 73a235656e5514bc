import type { DraftNotifier, DraftOutput, Settings } from './draft.ts'
import { importAccess } from './import-access.ts'
import { importTemplateCommand } from './import-template-command.ts'
import { importWait } from './import-whole.ts'
import { present } from './present.ts'
import type { Section } from './section.ts'
import type { TemplateStore } from './template-store.ts'

export interface Delimiters {
  readonly left: string | undefined
  readonly right: string | undefined
}

export interface TemplateSurroundings {
  readonly store: TemplateStore
  /** consul-template's, for templates that have none of their own. */
  readonly delimiters: Delimiters
  readonly programExists: (program: string) => boolean
}

export interface ImportedTemplate {
  readonly output: DraftOutput
  readonly reload: DraftNotifier | undefined
  /** Its quiescence timer. */
  readonly settle: string | undefined
}

/** One block `template`: an output, and perhaps an entry of `reload`. Undefined where it writes no file. */
export function importTemplate(
  section: Section,
  surroundings: TemplateSurroundings,
): ImportedTemplate | undefined {
  const { report, origin } = section
  const path = section.text('destination')
  const settings = templateSettings(section, surroundings, path ?? 'template')
  const access = importAccess(section)
  for (const [key, remedy] of withoutCounterpart) section.list(key, 'difference', remedy)
  if (section.flag('backup') === true)
    report.todo(section.originOf('backup'), section.name('backup'), backupRemedy)
  if (section.flag('create_dest_dirs') === false)
    report.difference(
      section.originOf('create_dest_dirs'),
      section.name('create_dest_dirs'),
      directoriesRemedy,
    )
  const settle = importWait(section)
  const command = importTemplateCommand(section, surroundings.programExists)
  if (path === undefined) {
    report.todo(origin, section.name('destination'), 'it writes no file, so nothing was made of it')
    return undefined
  }
  report.mapped(origin, 'template', path)
  if (command !== undefined) report.mapped(command.origin, 'command', command.shown)
  return {
    output: { origin, path, settings: { ...settings, ...access } },
    reload: command && { origin: command.origin, settings: command.settings, on: path },
    settle,
  }
}

/** Where its text is and how it is read; the agents print `<no value>` unless they are told not to. */
export function templateSettings(
  section: Section,
  { store, delimiters }: Pick<TemplateSurroundings, 'store' | 'delimiters'>,
  destination: string,
): Settings {
  const left = section.content('left_delimiter') ?? delimiters.left
  const right = section.content('right_delimiter') ?? delimiters.right
  const denied = new Set([
    ...(section.texts('function_denylist') ?? []),
    ...(section.texts('function_blacklist') ?? []),
  ])
  if (denied.size > 0)
    section.report.difference(
      section.originOf('function_denylist'),
      section.name('function_denylist'),
      denylistRemedy,
    )
  const template = store.add(section, destination, { left, right, denied })
  return present({
    template,
    delimiters:
      (left ?? '{{') === '{{' && (right ?? '}}') === '}}' ? undefined : [left ?? '{{', right ?? '}}'],
    error_on_missing_key: section.flag('error_on_missing_key') === true ? undefined : false,
  })
}

const withoutCounterpart: readonly (readonly [string, string])[] = [
  ['error_fatal', 'a template that fails harms its own output alone, whose earlier file stays'],
]

const backupRemedy = 'keyturn keeps no ".bak": what was published stays until its replacement is whole'
const directoriesRemedy = 'keyturn makes directories that are missing, closed to others'
const denylistRemedy =
  'of what reaches outside a template may call what "templates.allow" names; all else only computes'
