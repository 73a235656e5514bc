import { Document, isMap, isNode, isScalar, isSeq } from 'yaml'
import { parseDuration } from '../core/duration.ts'
import type { Draft, DraftNotifier, DraftTemplates } from './draft.ts'
import { present } from './present.ts'
import { type Finding, grouped, shownOrigins } from './report.ts'
import type { Origin } from './tree.ts'
import { wrapped } from './wrapped.ts'

/** The text of the new configuration: on top what is still to be done, and beside each part where it comes from. */
export function writeConfiguration(draft: Draft, findings: readonly Finding[]): string {
  const { provider, outputs, logLevel, templates, settle } = draft
  const reload = joinedNotifiers(draft.reload)
  const document = new Document(
    present({
      providers: { vault: provider },
      outputs: Object.fromEntries(outputs.map(({ path, settings }) => [path, settings])),
      templates: templateSettings(templates),
      reload: reload.length === 0 ? undefined : reload.map(({ settings }) => settings),
      settle: longest(settle),
      log: logLevel === undefined ? undefined : { level: logLevel },
    }),
  )
  commentOutputs(document, new Map(outputs.map(({ path, origin }) => [path, origin])))
  commentNotifiers(document, reload)
  document.commentBefore = introduction(findings)
  return document.toString({ lineWidth: 0 })
}

/** What told of several outputs in the same way tells of all of them, once per publication. */
function joinedNotifiers(notifiers: readonly DraftNotifier[]): Pick<DraftNotifier, 'origin' | 'settings'>[] {
  const joined = new Map<string, { readonly first: DraftNotifier; readonly on: string[] }>()
  for (const notifier of notifiers) {
    const key = JSON.stringify([notifier.settings, notifier.on === undefined])
    const { first, on } = joined.get(key) ?? { first: notifier, on: [] }
    joined.set(key, { first, on: notifier.on === undefined ? on : [...on, notifier.on] })
  }
  return [...joined.values()].map(({ first: { origin, settings }, on }) => ({
    origin,
    settings: on.length === 0 ? settings : { ...settings, on },
  }))
}

function templateSettings({ allow, readBelow, writeBelow }: DraftTemplates) {
  if (allow.length === 0) return undefined
  return present({
    allow,
    read_below: readBelow.length === 0 ? undefined : readBelow,
    write_below: writeBelow.length === 0 ? undefined : writeBelow,
  })
}

/** There is one timer for all; the longest waits for whom any of the others waited. */
function longest(settle: readonly string[]): string | undefined {
  return settle.toSorted((a, b) => parseDuration(b) - parseDuration(a))[0]
}

function commentOutputs(document: Document, origins: ReadonlyMap<string, Origin>): void {
  const outputs = document.get('outputs', true)
  if (!isMap(outputs)) return
  for (const { key, value } of outputs.items) {
    if (!isScalar(key)) continue
    const origin = origins.get(String(key.value))
    if (origin !== undefined) key.commentBefore = ` ${shownOrigins([origin])}`
    if (isMap(value)) writeInline(value.get('delimiters', true))
  }
}

function commentNotifiers(document: Document, notifiers: readonly Pick<DraftNotifier, 'origin'>[]): void {
  for (const [index, { origin }] of notifiers.entries()) {
    const entry = document.getIn(['reload', index], true)
    if (!isMap(entry)) continue
    entry.commentBefore = ` ${shownOrigins([origin])}`
    if (String(entry).length < 110) writeInline(entry)
    else writeInline(entry.get('command', true))
  }
}

function writeInline(node: unknown): void {
  if (isNode(node) && (isMap(node) || isSeq(node))) node.flow = true
}

function introduction(findings: readonly Finding[]): string {
  const todo = grouped(findings.filter(({ severity }) => severity === 'todo'))
  const lines = todo.flatMap(({ origins, what, remedy }) => [
    `- ${shownOrigins(origins)} ${what}`,
    ...wrapped(remedy, 100).map(line => `  ${line}`),
  ])
  const opening = 'Made by keyturn import; docs/migrating.md says what each part means.'
  return [opening, ...(lines.length === 0 ? [] : ['Still to do:', ...lines])]
    .map(line => ` ${line}`)
    .join('\n')
}
