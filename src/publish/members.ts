import type { RenderedOutput } from '../core/output.ts'
import type { PublishedState } from '../core/ports.ts'
import type { Ready, State } from './state.ts'

/** An output and the further files that it declares, which stand or fall together; itself last. */
export function membersOf(rendered: RenderedOutput): readonly RenderedOutput[] {
  return [...(rendered.further ?? []), rendered]
}

/** The path of the output that it is, or that declared it. */
export function outputOf({ path, entry }: Ready): string {
  return entry.of ?? path
}

/** What is on disk. */
export function presentIn({ outputs }: State): Ready[] {
  return [...outputs].flatMap(([path, { current }]) =>
    current === undefined ? [] : [{ path, entry: current }],
  )
}

/** The outputs on disk by path, each with the further files that it declared. */
export function publishedIn(state: State): ReadonlyMap<string, PublishedState> {
  const [outputs, further] = partition(presentIn(state))
  const byOutput = Map.groupBy(further, outputOf)
  return new Map(
    outputs.map(({ path, entry: { publishedAt, versions } }) => {
      const declared = byOutput.get(path)?.map(member => member.path)
      return [path, { publishedAt, versions, further: declared }]
    }),
  )
}

/** Paths on disk that one of `outputs` declared once and declares no longer. */
export function undeclared(outputs: readonly RenderedOutput[], state: State): string[] {
  const declared = new Map(
    outputs.map(({ output, further = [] }) => [output.path, new Set(further.map(file => file.output.path))]),
  )
  return presentIn(state)
    .filter(({ path, entry: { of } }) => of !== undefined && declared.get(of)?.has(path) === false)
    .map(({ path }) => path)
}

function partition(present: readonly Ready[]): [outputs: Ready[], further: Ready[]] {
  const { outputs = [], further = [] } = Object.groupBy(present, ({ entry }) =>
    entry.of === undefined ? 'outputs' : 'further',
  )
  return [outputs, further]
}
