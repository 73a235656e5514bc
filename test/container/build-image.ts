import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { testImage } from '../support/images.ts'

/** Builds the image once for the whole lane, with the classic builder. */
export function setup(): void {
  const script = fileURLToPath(new URL('../../scripts/image.ts', import.meta.url))
  execFileSync(process.execPath, [script, testImage], { env: { ...process.env, DOCKER_BUILDKIT: '0' } })
}
