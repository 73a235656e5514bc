import type { DraftOutput } from './draft.ts'
import { type TemplateSurroundings, templateSettings } from './import-template.ts'
import type { Section } from './section.ts'

/** Where the files are that take the place of variables. */
const directory = '/run/secrets'

/** Templates for variables of the environment become files of the same content, for the application to read. */
export function importEnvironmentTemplates(root: Section, surroundings: TemplateSurroundings): DraftOutput[] {
  return root.sections('env_template').flatMap(section =>
    section.labelled().map(({ label, section: template }) => {
      const path = `${directory}/${label}`
      const { report, origin } = template
      report.mapped(origin, `env_template ${label}`, path)
      report.todo(origin, `env_template ${label}`, remedy(label, path))
      return { origin, path, settings: templateSettings(template, surroundings, path) }
    }),
  )
}

function remedy(label: string, path: string): string {
  return (
    `keyturn gives no environment: its content is the file ${path} now; have the application read that, or start it by ` +
    `a script with export ${label}="$(cat ${path})"; and write its user as "defaults.owner"`
  )
}
