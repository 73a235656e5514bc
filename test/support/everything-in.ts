import { inspect } from 'node:util'

/** All text that can be got out of an object: as a logger, a debugger and a curious reader would see it. */
export function everythingIn(root: unknown): string {
  const texts = [
    inspect(root, {
      depth: Number.POSITIVE_INFINITY,
      showHidden: true,
      getters: true,
      maxStringLength: null,
    }),
    JSON.stringify(root) ?? '',
    String(root),
  ]
  const seen = new Set<unknown>()
  const visit = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value)
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value))
      return
    seen.add(value)
    if (value instanceof Uint8Array) texts.push(Buffer.from(value).toString('latin1'))
    if (value instanceof Map || value instanceof Set) for (const item of value) visit(item)
    for (const key of Reflect.ownKeys(value)) {
      texts.push(String(key))
      visit(Reflect.get(value, key))
    }
  }
  visit(root)
  return texts.join('\n')
}
