// Bundles src into dist: the command, the health check as a small entry of its own, one chunk per provider, and beside each
// file the code that V8 compiles for it.
// CommonJS, because importing node:http as an ES module loads Node's own fetch with it, a tenth of the whole start.
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Plugin, rolldown } from 'rolldown'
import { imageFlags } from './bench/image-flags.ts'
import { thirdPartyLicences } from './third-party.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Packages of which a part is never reached: what takes its place in the bundle. */
const reduced: Readonly<Record<string, string>> = {
  // node-vault's own HTTP client: the transport underneath is ours.
  'node_modules/axios/': 'module.exports = {}',
  // Of undici only the dispatchers and their plain request are used: no fetch, no WebSocket, no cache.
  'node_modules/undici/index.js': `
    require('./lib/dispatcher/dispatcher.js').prototype.request = require('./lib/api/api-request.js')
    exports.Agent = require('./lib/dispatcher/agent.js')
    Object.defineProperty(exports, 'EnvHttpProxyAgent', {
      enumerable: true,
      get: () => require('./lib/dispatcher/env-http-proxy-agent.js')
    })`,
  // HTTP/2 is not spoken, and a second parser of HTTP/1 only where an environment variable asks for it.
  'node_modules/undici/lib/dispatcher/client-h2.js': 'module.exports = {}',
  'node_modules/undici/lib/dispatcher/parser-h1.js': 'exports.getMiloEnabled = () => false',
}

const reduce: Plugin = {
  name: 'reduce',
  load(id) {
    const part = Object.keys(reduced).find(path => id.includes(path))
    return part === undefined ? null : { code: reduced[part] ?? '', moduleType: 'js' }
  },
}

/** V8 keeps a source that is all ASCII in half the memory. Beyond it there are characters of texts and patterns only. */
const ascii: Plugin = {
  name: 'ascii',
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue
      chunk.code = chunk.code.replace(
        /[^\0-\x7f]/g,
        unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
      )
    }
  },
}

rmSync(`${root}/dist`, { recursive: true, force: true })
const bundle = await rolldown({
  cwd: root,
  input: { keyturn: 'src/keyturn.ts', main: 'src/main.ts', healthcheck: 'src/healthcheck.ts' },
  platform: 'node',
  // The ES modules of packages, of which only what is used is kept.
  resolve: { mainFields: ['module', 'main'] },
  plugins: [reduce, ascii],
})
const { output } = await bundle.write({
  dir: 'dist',
  format: 'cjs',
  // Names stay, for stack traces.
  minify: { compress: true, mangle: false, codegen: true },
  chunkFileNames: 'chunks/[name]-[hash].js',
})
await bundle.close()
const moduleIds = output.flatMap(file => (file.type === 'chunk' ? file.moduleIds : []))
writeFileSync(`${root}/dist/licences.txt`, thirdPartyLicences(moduleIds))
writeFileSync(`${root}/dist/package.json`, '{ "type": "commonjs" }\n')

const { status } = spawnSync(
  process.execPath,
  [...imageFlags().args, '--random-seed=1', `${root}/scripts/compile-dist.ts`],
  { stdio: 'inherit' },
)
if (status !== 0) throw new Error('dist/ could not be compiled')
