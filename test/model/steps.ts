import fc from 'fast-check'
import type { World } from './world.ts'

type Happenings = Omit<World, 'heal' | 'close'>

/** One thing that happens: the name of a method of the world, and its arguments. */
export type Step = {
  [Name in keyof Happenings]: readonly [Name, ...Parameters<World[Name]>]
}[keyof Happenings]

/** The agent starts, soon or after something has happened already; then anything. */
export function anySequence(): fc.Arbitrary<Step[]> {
  const before = fc.array(anyStep(), { maxLength: 3 })
  const after = fc.array(anyStep(), { maxLength: 40, size: 'max' })
  return fc.tuple(before, after).map(([first, then]): Step[] => [...first, ['start'], ...then])
}

/** Anything that can happen, time more often than the rest. */
function anyStep(): fc.Arbitrary<Step> {
  const secret = fc.constantFrom('a', 'tls', 'opt', 'rem')
  const readable = fc.constantFrom('a', 'tls', 'opt', 'rem', 'db')
  const name = fc.constantFrom('app', 'proxy')
  const latencyMs = fc.constantFrom(0, 0, 40, 700, 5_000)
  const times: readonly [number, fc.Arbitrary<Step>][] = [
    [16, fc.tuple(fc.constant('wait'), fc.constantFrom(1, 60, 150, 1_000, 5_000, 20_000, 70_000, 200_000))],
    [6, fc.tuple(fc.constant('rotate'), secret)],
    [2, fc.tuple(fc.constant('expire'))],
    [2, fc.tuple(fc.constant('revoke'), readable)],
    [2, fc.tuple(fc.constant('grant'), readable)],
    [
      2,
      fc.tuple(
        fc.constant('outage'),
        fc.constantFrom('unreachable', 'sealed', 'unavailable', 'unauthenticated'),
      ),
    ],
    [3, fc.tuple(fc.constant('recover'))],
    [2, fc.tuple(fc.constant('throttle'), fc.constantFrom(500, 10_000, 240_000))],
    [2, fc.tuple(fc.constant('slow'), latencyMs)],
    [2, fc.tuple(fc.constant('fillDisk'), fc.nat(2_000))],
    [3, fc.tuple(fc.constant('makeRoom'))],
    [4, fc.tuple(fc.constant('kill'), fc.nat(120))],
    [2, fc.tuple(fc.constant('terminate'))],
    [7, fc.tuple(fc.constant('start'))],
    [2, fc.tuple(fc.constant('restartApplication'), name, fc.nat(30))],
    [3, fc.tuple(fc.constant('restartApplication'), name, fc.constant(0))],
    [2, fc.tuple(fc.constant('deafen'), name, latencyMs)],
    [2, fc.tuple(fc.constant('listen'), name, latencyMs)],
    [4, fc.tuple(fc.constant('reload'), fc.nat(3))],
    [1, fc.tuple(fc.constant('reloadBroken'), fc.constantFrom('unreadable', 'unusable'))],
    [1, fc.tuple(fc.constant('jumpClock'), fc.constantFrom(-7_200_000, 10_800_000))],
  ]
  return fc.oneof(...times.map(([weight, arbitrary]) => ({ weight, arbitrary })))
}

export async function take(world: World, [name, ...args]: Step): Promise<void> {
  const happen: (...args: never) => Promise<void> = world[name]
  await Reflect.apply(happen, world, args)
}

/** A sequence as the body of a test. */
export function scriptOf(steps: readonly Step[]): string {
  return steps.map(([name, ...args]) => `  await world.${name}(${args.map(literal).join(', ')})`).join('\n')
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value)
}
