import { setTimeout } from 'node:timers/promises'
import type { DevStore } from '../../src/dev-store/dev-store.ts'
import type { Fault, FaultProxy } from '../../test/support/fault-proxy.ts'

export interface Trouble {
  readonly proxy: FaultProxy
  readonly store: DevStore
  /** Loads another configuration. */
  reload(): void
  /** What happened, by name. */
  readonly happened: Map<string, number>
}

const faults: Readonly<Record<string, Fault>> = {
  'store down': 'reset',
  'answers cut': 'cut',
  'no answer in time': 'hang',
  '429': { status: 429, headers: { 'retry-after': '2' } },
  '500': { status: 500, body: '{"errors":["internal error"]}' },
  '503': { status: 503 },
}

/** Something goes wrong for a few seconds, then nothing for a while, again and again. */
export async function makeTrouble(trouble: Trouble, signal: AbortSignal): Promise<void> {
  const { proxy, store, happened } = trouble
  const between = (from: number, to: number) =>
    setTimeout(1_000 * (from + Math.random() * (to - from)), undefined, { signal })
  const names = [...Object.keys(faults), 'sealed', 'reload', 'reload']
  try {
    while (!signal.aborted) {
      await between(5, 15)
      const name = names[Math.floor(Math.random() * names.length)] ?? ''
      happened.set(name, (happened.get(name) ?? 0) + 1)
      const fault = faults[name]
      if (name === 'reload') trouble.reload()
      if (name === 'sealed') store.seal()
      proxy.fault = fault === undefined ? undefined : { path: /./, fault }
      await between(1, 6)
      store.unseal()
      proxy.fault = undefined
    }
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    store.unseal()
    proxy.fault = undefined
  }
}
