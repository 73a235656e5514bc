import { onTestFinished } from 'vitest'
import { type DevStore, type DevStoreOptions, openDevStore } from '../../src/dev-store/dev-store.ts'
import { askStore } from './ask-store.ts'

/** A development store for one test, closed at its end; its clock stands at a fixed time and is turned by hand. */
export async function openStore(options: DevStoreOptions = {}) {
  let now = Date.parse('2030-01-02T03:04:05Z')
  const store: DevStore = await openDevStore({ clock: { now: () => now }, ...options })
  onTestFinished(() => store.close())
  return {
    store,
    ask: (request: string, rest: Parameters<typeof askStore>[2] = {}) => askStore(store, request, rest),
    turnClock(seconds: number) {
      now += seconds * 1000
    },
  }
}
