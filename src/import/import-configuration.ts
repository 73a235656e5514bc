import { checkDestinations } from './check-destinations.ts'
import type { Draft } from './draft.ts'
import { importEnvironmentTemplates } from './import-environment-templates.ts'
import { importExec } from './import-exec.ts'
import { importLogin } from './import-login.ts'
import { importTemplate, type TemplateSurroundings } from './import-template.ts'
import { importVault } from './import-vault.ts'
import { importLogLevel, importWait } from './import-whole.ts'
import { listVariables } from './list-variables.ts'
import { Report } from './report.ts'
import { Section } from './section.ts'
import { createTemplateStore, type TemplatePorts } from './template-store.ts'
import type { Block } from './tree.ts'
import { withoutCounterpart } from './without-counterpart.ts'

export interface ImportPorts extends TemplatePorts {
  /** As the agents might have it: they read variables where their configuration says nothing. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Whether a path, or a name on the PATH, is a program that can be run. */
  readonly programExists: (program: string) => boolean
}

export interface ImportResult {
  readonly draft: Draft
  readonly report: Report
}

/**
 * Makes a configuration of keyturn from those of Vault Agent, OpenBao agent or consul-template. Of several files the
 * templates add up; of what may stand once, the last counts. Every key becomes something or is in the report.
 */
export function importConfiguration(files: readonly Block[], ports: ImportPorts): ImportResult {
  const report = new Report()
  const whole: Block = {
    origin: files[0]?.origin ?? { file: '', line: undefined },
    entries: files.flatMap(({ entries }) => entries),
  }
  const root = new Section(whole, '', report)
  listWhatHasNoCounterpart(root)
  const store = createTemplateStore(report, ports)
  const provider = importProvider(root, ports)
  const surroundings = { store, delimiters: delimitersOf(root), programExists: ports.programExists }
  const draft = { provider, ...importTemplates(root, surroundings), logLevel: importLogLevel(root) }
  report.listUnread(whole)
  return { report, draft: { ...draft, templates: store.outside, files: store.files } }
}

function listWhatHasNoCounterpart(root: Section): void {
  for (const { key, severity, remedy, unless } of withoutCounterpart) {
    if (unless?.(root.last(key)?.value) === true) root.all(key)
    else root.list(key, severity, remedy)
  }
}

function importProvider(root: Section, { environment }: ImportPorts): Draft['provider'] {
  const autoAuth = root.section('auto_auth')
  const login = autoAuth && importLogin(autoAuth)
  const shared = root.section('template_config')
  shared?.list('exit_on_retry_failure', 'difference', retryRemedy)
  shared?.list('lease_renewal_threshold', 'difference', leaseRemedy)
  const refresh = shared?.duration('static_secret_render_interval')
  const maxConnections = shared?.integer('max_connections_per_host')
  if (shared !== undefined) root.report.mapped(shared.origin, 'template_config', 'providers.vault')
  listVariables(environment, root.report)
  return importVault({ root, login, refresh, maxConnections, environment })
}

function importTemplates(
  root: Section,
  surroundings: TemplateSurroundings,
): Pick<Draft, 'outputs' | 'reload' | 'settle'> {
  const wait = importWait(root)
  const imported = root.sections('template').flatMap(section => importTemplate(section, surroundings) ?? [])
  const environment = importEnvironmentTemplates(root, surroundings)
  const exec = importExec(root)
  const outputs = [...imported.map(({ output }) => output), ...environment]
  return {
    outputs: checkDestinations(outputs, root.report),
    reload: [...imported.flatMap(({ reload }) => reload ?? []), ...(exec === undefined ? [] : [exec])],
    settle: [...(wait === undefined ? [] : [wait]), ...imported.flatMap(({ settle }) => settle ?? [])],
  }
}

function delimitersOf(root: Section): TemplateSurroundings['delimiters'] {
  const delimiters = root.section('default_delimiters')
  return { left: delimiters?.content('left'), right: delimiters?.content('right') }
}

const retryRemedy = 'keyturn tries again until it is stopped; readiness and metrics show what is stale'
const leaseRemedy = 'what has a lease is renewed or read again in time, with jitter'
