import { didYouMean } from '../../core/suggest.ts'
import { quote } from '../quote.ts'
import type { NotifierSettings, SignalSettings, SignalTarget } from '../resolved.ts'
import type { NotifierInput, SignalInput } from '../schema/reload.ts'
import type { DataPath } from '../source.ts'
import { exactlyOne, namesIn, type Resolution, report } from './resolution.ts'
import { resolveCommand } from './resolve-validation.ts'

/** `indexes` are the places in the document of the entries of `reload`. */
export function resolveNotifiers(resolution: Resolution, indexes: readonly number[]): NotifierSettings[] {
  return resolution.input.reload.flatMap((input, position) => {
    const at = ['reload', indexes[position] ?? position]
    const settings = resolveNotifier(resolution, at, input)
    return settings === undefined ? [] : [settings]
  })
}

function resolveNotifier(
  resolution: Resolution,
  at: DataPath,
  input: NotifierInput,
): NotifierSettings | undefined {
  const common = { on: resolveOn(resolution, [...at, 'on'], input.on), splayMs: input.splay }
  if ('signal' in input) return resolveSignal(resolution, at, input, common)
  const timed = { ...common, timeoutMs: input.timeout, first: input.first }
  if ('command' in input) {
    return {
      kind: 'command',
      command: resolveCommand(resolution, [...at, 'command'], input.command),
      ...timed,
    }
  }
  return {
    kind: 'webhook',
    url: input.webhook,
    secretFile: input.secret_file && resolution.absolute(input.secret_file),
    caFile: input.ca_file && resolution.absolute(input.ca_file),
    ...timed,
  }
}

function resolveSignal(
  resolution: Resolution,
  at: DataPath,
  input: SignalInput,
  common: Pick<SignalSettings, 'on' | 'splayMs'>,
): SignalSettings | undefined {
  const complete = exactlyOne(resolution, at, input, ['process', 'pid_file', 'pid'])
  if (input.any_owner && input.process === undefined) {
    report(resolution, {
      path: [...at, 'any_owner'],
      at: 'key',
      message: '"any_owner" stands without "process"',
      hint: 'a pid names one process, whoever owns it',
    })
  }
  const target = targetOf(resolution, input)
  if (!complete || target === undefined) return undefined
  return { kind: 'signal', signal: input.signal, target, readyWithinMs: input.ready_within, ...common }
}

function targetOf(resolution: Resolution, input: SignalInput): SignalTarget | undefined {
  if (input.process !== undefined) return { process: input.process, anyOwner: input.any_owner }
  if (input.pid_file !== undefined) return { pidFile: resolution.absolute(input.pid_file) }
  return input.pid === undefined ? undefined : { pid: input.pid }
}

function resolveOn(
  resolution: Resolution,
  at: DataPath,
  on: readonly string[] | undefined,
): readonly string[] | undefined {
  const names = namesIn(resolution.source, 'outputs')
  const paths = new Set(names.map(resolution.absolute))
  on?.forEach((name, index) => {
    if (paths.has(resolution.absolute(name))) return
    const hint = didYouMean(name, names) ?? 'write the path of an output as it stands under outputs'
    report(resolution, { path: [...at, index], message: `there is no output ${quote(name)}`, hint })
  })
  return on?.map(resolution.absolute)
}
