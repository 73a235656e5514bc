import { ProviderError } from '../../core/errors.ts'
import { isJsonObject } from '../../core/json.ts'
import type { Clock } from '../../core/ports.ts'
import type { VaultDocument } from './client.ts'

export interface Mount {
  /** With its trailing slash, such as `secret/`; empty where it is not known. */
  readonly path: string
  /** `unknown` where the server does not say: then the path is taken as it is, and the answer shows what it is. */
  readonly kind: 'kv2' | 'other' | 'unknown'
}

export interface Mounts {
  /**
   * The mount that a path lies on. One probe per mount, shared by all that ask meanwhile, and remembered.
   * @throws ProviderError where the server as a whole is in trouble
   */
  of(path: string): Promise<Mount>
}

/** For how long a path whose probe was refused is not probed again. */
const refusedForMs = 3_000

/** `probe` asks `sys/internal/ui/mounts/<path>`, which any token may that can read something below the mount. */
export function createMounts(probe: (path: string) => Promise<VaultDocument>, clock: Clock): Mounts {
  const known: Mount[] = []
  const refusedAt = new Map<string, number>()
  const underWay = new Map<string, Promise<Mount>>()

  const find = (path: string): Mount | undefined => {
    const at = refusedAt.get(path)
    if (at !== undefined && clock.uptime() - at < refusedForMs) return { path: '', kind: 'unknown' }
    return known.find(mount => `${path}/`.startsWith(mount.path))
  }

  const ask = async (path: string): Promise<Mount> => {
    try {
      const mount = mountOf(await probe(path))
      if (!known.some(other => other.path === mount.path)) known.push(mount)
      refusedAt.delete(path)
      return mount
    } catch (error) {
      // Without the right to ask, the read itself tells what is wrong.
      if (!(error instanceof ProviderError) || error.transient || error.kind === 'unauthenticated')
        throw error
      refusedAt.set(path, clock.uptime())
      return { path: '', kind: 'unknown' }
    }
  }

  return {
    async of(path) {
      const first = path.split('/', 1)[0] ?? ''
      while (true) {
        const mount = find(path)
        if (mount !== undefined) return mount
        // Which part of a path is the mount only the answer tells: others below the same name wait for it, and share
        // its failure.
        const other = underWay.get(first)
        if (other === undefined) break
        await other
      }
      const asking = ask(path).finally(() => underWay.delete(first))
      underWay.set(first, asking)
      return asking
    },
  }
}

function mountOf({ root }: VaultDocument): Mount {
  const data = root.get('data')
  const path = isJsonObject(data) ? data.get('path') : undefined
  if (!isJsonObject(data) || typeof path !== 'string' || path === '') {
    throw new ProviderError('malformed', 'the answer to the mount probe cannot be read')
  }
  const options = data.get('options')
  const version = isJsonObject(options) ? options.get('version') : undefined
  return { path, kind: data.get('type') === 'kv' && version === '2' ? 'kv2' : 'other' }
}
