import { dirname } from 'node:path'
import type { DraftTemplates } from './draft.ts'
import type { Report } from './report.ts'
import type { Origin } from './tree.ts'

/** One call in a template. */
export interface TemplateCall {
  readonly name: string
  /** The first argument, where it is written as a text. */
  readonly literal: string | undefined
}

/** The template whose calls are looked at. */
export interface CallingTemplate {
  readonly origin: Origin
  /** The key that it stands in, for reports. */
  readonly what: string
  readonly calls: readonly TemplateCall[]
  /** Functions that it may not call. */
  readonly denied: ReadonlySet<string>
  /** The directory that `file` was kept in. */
  readonly sandbox: string | undefined
  /** The directory of its own file, into which `writeToFile` may write without being allowed to. */
  readonly directory: string
}

export interface OutsideCalls extends DraftTemplates {
  add(template: CallingTemplate): void
}

/** Gathers by which functions templates reach outside of the secrets, for keyturn allows each only by its name. */
export function createOutsideCalls(report: Report): OutsideCalls {
  const allow = new Set<string>()
  const readBelow = new Set<string>()
  const writeBelow = new Set<string>()
  return {
    get allow() {
      return [...allow]
    },
    get readBelow() {
      return [...readBelow]
    },
    get writeBelow() {
      return [...writeBelow]
    },
    add({ origin, what, calls, denied, sandbox, directory }) {
      for (const { name, literal } of calls) {
        if (ofOthers.has(name)) report.todo(origin, what, othersRemedy(name))
        const remedy = allowedRemedies[name]
        if (remedy === undefined || denied.has(name)) continue
        report.todo(origin, what, `it calls "${name}", which "templates.allow" names now: ${remedy}`)
        allow.add(name)
        const place = literal === undefined ? undefined : dirname(literal)
        if (name === 'file') note(readBelow, sandbox ?? place, 'read_below')
        if (name === 'writeToFile' && place !== directory) note(writeBelow, place, 'write_below')
      }

      function note(places: Set<string>, place: string | undefined, key: string): void {
        if (place !== undefined) places.add(place)
        else
          report.todo(
            origin,
            what,
            `a path is made while rendering: write its directory as "templates.${key}"`,
          )
      }
    },
  }
}

const allowedRemedies: Readonly<Record<string, string>> = {
  env: "it reads the agent's environment, so give the agent's container what it asks for",
  mustEnv: "it reads the agent's environment, so give the agent's container what it asks for",
  envOrDefault: "it reads the agent's environment, so give the agent's container what it asks for",
  file: 'mount the files into the container of the agent, in the same place',
  timestamp: 'each rendering differs then, and each is published and told',
  writeToFile: 'the files are published with that of the template; owners are numbers there too',
}

/** consul-template's functions whose answers come from Consul or Nomad. */
const ofOthers: ReadonlySet<string> = new Set([
  ...[
    'caLeaf',
    'caRoots',
    'connect',
    'datacenters',
    'exportedServices',
    'importedServices',
    'key',
    'keyExists',
  ],
  ...[
    'keyOrDefault',
    'ls',
    'safeLs',
    'node',
    'nodes',
    'partitions',
    'peerings',
    'service',
    'services',
    'tree',
  ],
  ...[
    'safeTree',
    'nomadService',
    'nomadServices',
    'nomadVar',
    'nomadVarExists',
    'nomadVarList',
    'nomadVarListSafe',
  ],
])

function othersRemedy(name: string): string {
  return `"${name}" asks Consul or Nomad, which keyturn does not: leave this template to consul-template`
}
