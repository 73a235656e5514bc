import { ProviderError } from '../../core/errors.ts'
import { isJsonObject } from '../../core/json.ts'
import type { VaultDocument } from './client.ts'

export interface Mount {
  /** With its trailing slash, such as `secret/`. */
  readonly path: string
  readonly kind: 'kv2' | 'other'
}

export interface Mounts {
  /** The mount that a path lies on. One probe per mount, shared by all that ask meanwhile. */
  of(path: string): Promise<Mount>
}

/** Asks `sys/internal/ui/mounts/<path>`, which any token may that can read something below the mount. */
export function createMounts(probe: (path: string) => Promise<VaultDocument>): Mounts {
  const known: Mount[] = []
  const underWay = new Map<string, Promise<Mount>>()

  return {
    async of(path) {
      const first = path.split('/', 1)[0] ?? ''
      while (true) {
        const mount = known.find(({ path: prefix }) => `${path}/`.startsWith(prefix))
        if (mount !== undefined) return mount
        // Which part of the path is the mount is known only after the first answer: others below the same name wait for it.
        const other = underWay.get(first)
        if (other === undefined) break
        await other.catch(() => undefined)
      }
      const asking = ask(path).finally(() => underWay.delete(first))
      underWay.set(first, asking)
      const mount = await asking
      if (mount.path !== '') known.push(mount)
      return mount
    },
  }

  async function ask(path: string): Promise<Mount> {
    try {
      return mountOf(await probe(path))
    } catch (error) {
      // Without the right to ask, the path is taken as it is; the read itself tells what is wrong.
      if (error instanceof ProviderError && !error.transient && error.kind !== 'unauthenticated')
        return { path: '', kind: 'other' }
      throw error
    }
  }
}

function mountOf({ root }: VaultDocument): Mount {
  const data = root.get('data')
  const path = isJsonObject(data) ? data.get('path') : undefined
  if (!isJsonObject(data) || typeof path !== 'string')
    throw new ProviderError('malformed', 'the answer to the mount probe cannot be read')
  const options = data.get('options')
  const version = isJsonObject(options) ? options.get('version') : undefined
  return { path, kind: data.get('type') === 'kv' && version === '2' ? 'kv2' : 'other' }
}
