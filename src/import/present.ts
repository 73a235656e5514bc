import type { Settings } from './draft.ts'

/** Without what is undefined. */
export function present(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}
