// Begins every npm script: installs what is missing, then runs the given script with the Node that the project pins.
// Plain JavaScript without anything new, since any Node from 20 on may run it.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stamp = join(root, 'node_modules', '.installed')
const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
const [script, ...args] = process.argv.slice(2)

if (!installed()) install()
run()

function lockDigest() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
}

function installed() {
  return existsSync(node) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lockDigest()
}

function install() {
  console.error('keyturn: installing dependencies (only the first time)')
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: withoutPrefix(process.env),
    shell: process.platform === 'win32',
  })
  if (npm.status !== 0) {
    console.error('keyturn: npm ci failed; the lines above say why')
    process.exit(npm.status || 1)
  }
  if (!existsSync(node)) {
    console.error(
      'keyturn: npm did not install the pinned Node; allow the install script of the package "node"',
    )
    process.exit(1)
  }
  writeFileSync(stamp, lockDigest())
}

// npm tells its scripts where the project lies; the package "node" installs its binary by another npm, and not there.
function withoutPrefix(environment) {
  const env = Object.assign({}, environment)
  delete env.npm_config_local_prefix
  return env
}

function run() {
  const child = spawn(node, [join(root, script), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: Object.assign({}, process.env, { PATH: dirname(node) + ':' + (process.env.PATH || '') }),
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 1))
}
