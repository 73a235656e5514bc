import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'

describe('what an agent loads at its start for its configuration', () => {
  it('is the small half of zod, and YAML only where there is a file', async () => {
    const used = await modulesIn('load-configuration.ts', 'from-environment.ts')
    expect(used).toContainEqual(expect.stringContaining('zod/v4/mini/'))
    expect(
      used.filter(name => /zod\/v4\/(classic|locales)|json-schema|node_modules\/yaml/.test(name)),
    ).toEqual([])
  })

  it('does not name the classic zod from the reader of YAML either', async () => {
    expect((await modulesIn('read-yaml.ts')).filter(name => name.includes('node_modules/zod'))).toEqual([])
  })
})

/** The modules that a bundle of these files of src/config holds code of. */
async function modulesIn(...files: string[]): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: files.map(file => fileURLToPath(new URL(`../../src/config/${file}`, import.meta.url))),
    bundle: true,
    write: false,
    outdir: 'unused',
    platform: 'node',
    format: 'esm',
    metafile: true,
    logLevel: 'silent',
  })
  return Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([name]) => name),
  )
}
