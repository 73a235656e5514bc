// Leaves beside each file of dist/ the code that V8 compiles for it, all functions of it, without running any. Code is bound
// to V8's flags, so this runs with the image's; --random-seed, which is not counted among them, makes equal bytes of equal sources.
// The parser of HCL goes without: `keyturn import` runs it once, and its code would be twice as long as its text.
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { compiledPath, compileModule } from '../src/compiled-modules.ts'

const dist = fileURLToPath(new URL('../dist', import.meta.url))
for (const path of [join(dist, 'main.js'), ...chunks()]) {
  setFlagsFromString('--no-lazy')
  const script = compileModule(path)
  setFlagsFromString('--lazy')
  writeFileSync(compiledPath(path), script.createCachedData())
}

function chunks(): string[] {
  const directory = join(dist, 'chunks')
  return readdirSync(directory)
    .filter(name => name.endsWith('.js') && !name.startsWith('read-hcl-'))
    .sort()
    .map(name => join(directory, name))
}
