import { randomBytes } from 'node:crypto'
import { GenericContainer } from 'testcontainers'
import { docker } from './docker.ts'

/** What testcontainers has no method for; named as in Docker's API. */
export interface HostSettings {
  readonly PidMode?: string
  readonly Binds?: string[]
  readonly Init?: boolean
  readonly CapAdd?: string[]
  readonly CapDrop?: string[]
}

/** A container as every layout has it: no capability, no new privileges, a root file system that cannot be written. */
export class HardenedContainer extends GenericContainer {
  constructor(image: string, settings: HostSettings = {}) {
    super(image)
    Object.assign(
      this.hostConfig,
      { CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges:true'], ReadonlyRootfs: true },
      settings,
    )
  }
}

export interface TmpfsVolume extends AsyncDisposable {
  readonly name: string
}

/** A volume in memory, as the layouts have it. */
export async function createTmpfsVolume(
  options = 'size=1m,mode=0711,nosuid,nodev,noexec',
): Promise<TmpfsVolume> {
  const name = unusedName('secrets')
  const settings = ['type=tmpfs', 'device=tmpfs', `o=${options}`]
  await docker(['volume', 'create', ...settings.flatMap(setting => ['--opt', setting]), name])
  return {
    name,
    async [Symbol.asyncDispose]() {
      await docker(['volume', 'rm', '--force', name])
    },
  }
}

export function unusedName(purpose: string): string {
  return `keyturn-test-${purpose}-${randomBytes(4).toString('hex')}`
}
