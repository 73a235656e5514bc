import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { unusedName } from '../support/containers.ts'
import { docker } from '../support/docker.ts'
import { testImage } from '../support/images.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const hardened = ['--rm', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--read-only']

describe('the image', () => {
  it('says its version, with a root file system that cannot be written and without any capability', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    expect(await docker(['run', ...hardened, testImage, 'version'])).toBe(`keyturn ${version}`)
  })

  it('takes at most 130 MB', async () => {
    expect(Number(await docker(['image', 'inspect', '--format', '{{.Size}}', testImage]))).toBeLessThan(130e6)
  })

  it('holds Node, its libraries, tini, the bundle and a handful of files in /etc, and no shell', async () => {
    const files = await filesOf(testImage)
    const expected =
      /^(app\/(package\.json|licences\.txt|.*\.js(\.\w+\.v8)?)|etc\/(group|passwd|nsswitch\.conf|ssl\/certs\/ca-certificates\.crt)|sbin\/tini|usr\/bin\/node|(usr\/)?lib.*\/(ld-linux[^/]*|lib[a-z_+]*)\.so(\.\d+)?)$/
    expect(files.filter(({ path }) => !expected.test(path))).toEqual([])
    expect(files.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        'app/keyturn.js',
        'app/licences.txt',
        'app/healthcheck.js',
        'sbin/tini',
        'usr/bin/node',
      ]),
    )
  })

  it('starts from code that V8 compiled when it was built, and that its Node and flags accept', async () => {
    const { Config } = await inspect(testImage)
    const flags = Config.Entrypoint.filter(word => /^--./.test(word))
    const refused = `
      const { readdirSync, readFileSync } = require('node:fs')
      const { Script } = require('node:vm')
      const wrapped = path => '(function (exports, require, module, __filename, __dirname) {' + readFileSync(path, 'utf8') + '\\n})'
      const paths = ['/app/main.js', ...readdirSync('/app/chunks').filter(name => /^(?!read-hcl-).*\\.js$/.test(name)).map(name => '/app/chunks/' + name)]
      const isRefused = path =>
        new Script(wrapped(path), { cachedData: readFileSync(path + '.' + process.arch + '.v8') }).cachedDataRejected
      console.log(JSON.stringify({ files: paths.length > 1, refused: paths.filter(isRefused) }))`
    const answer = await docker([
      ...['run', ...hardened, '--user', '10001', '--entrypoint', '/usr/bin/node', testImage],
      ...[...flags, '-e', refused],
    ])
    expect(JSON.parse(answer)).toEqual({ files: true, refused: [] })
  })

  it('lets nobody read its programs, or write anything', async () => {
    const files = await filesOf(testImage)
    const modeOf = (wanted: string) => files.find(({ path }) => path === wanted)?.mode
    expect([modeOf('usr/bin/node'), modeOf('sbin/tini')]).toEqual(['---x--x--x', '---x--x--x'])
    expect(files.filter(({ mode }) => mode.includes('w'))).toEqual([])
  })

  it('has the same root file system when it is built again', async () => {
    execFileSync(process.execPath, [join(root, 'scripts', 'build.ts')])
    const again = `${unusedName('image')}:again`
    await docker(['build', '--no-cache', '--tag', again, root], { env: { DOCKER_BUILDKIT: '0' } })
    try {
      expect(await layersOf(again)).toEqual(await layersOf(testImage))
    } finally {
      await docker(['rmi', again])
    }
  })

  it('runs `tini -s` before node, with the inspector closed, and checks its health by the small entry', async () => {
    const { Config } = await inspect(testImage)
    expect(Config.Entrypoint.slice(0, 5)).toEqual([
      '/sbin/tini',
      '-s',
      '--',
      '/usr/bin/node',
      '--disable-sigusr1',
    ])
    expect(Config.Cmd).toEqual(['run'])
    expect(Config.Healthcheck.Test).toContain('/app/healthcheck.js')
    expect(Config.Env).toContain('UV_THREADPOOL_SIZE=2')
  })

  it('has one layer, and no variable beyond those that tune Node', async () => {
    expect(JSON.parse(await layersOf(testImage))).toHaveLength(1)
    const names = (await inspect(testImage)).Config.Env.map(variable => variable.replace(/=.*/, ''))
    expect(names.filter(name => name !== 'PATH')).toEqual([
      'UV_THREADPOOL_SIZE',
      'MALLOC_ARENA_MAX',
      'MALLOC_TRIM_THRESHOLD_',
      'NODE_EXTRA_CA_CERTS',
    ])
  })

  it('carries labels of its version and commit', async () => {
    const { Labels } = (await inspect(testImage)).Config
    expect(Labels).toMatchObject({
      'org.opencontainers.image.title': 'keyturn',
      'org.opencontainers.image.licenses': 'Apache-2.0',
      'org.opencontainers.image.revision': expect.stringMatching(/^[0-9a-f]{40}$/),
    })
  })

  it('checks a configuration that is mounted, and fails with exit code 2 where it is wrong', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'keyturn-test-'))
    try {
      const file = join(directory, 'keyturn.yaml')
      writeFileSync(file, 'outputs: { /run/secrets/x: { valu: nothing } }\n')
      const checked = docker([
        'run',
        ...hardened,
        '--volume',
        `${file}:/etc/keyturn/keyturn.yaml:ro`,
        testImage,
        'check',
      ])
      await expect(checked).rejects.toMatchObject({ code: 2 })
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})

interface ImageConfig {
  readonly Entrypoint: readonly string[]
  readonly Cmd: readonly string[]
  readonly Env: readonly string[]
  readonly Labels: Readonly<Record<string, string>>
  readonly Healthcheck: { readonly Test: readonly string[] }
}

async function inspect(image: string): Promise<{ Config: ImageConfig }> {
  return JSON.parse(await docker(['image', 'inspect', '--format', '{{json .}}', image])) as {
    Config: ImageConfig
  }
}

function layersOf(image: string): Promise<string> {
  return docker(['image', 'inspect', '--format', '{{json .RootFS.Layers}}', image])
}

/** The files of the image; what Docker itself puts into every container is empty and left out. */
async function filesOf(image: string): Promise<{ mode: string; path: string }[]> {
  const container = await docker(['create', image])
  const directory = mkdtempSync(join(tmpdir(), 'keyturn-test-'))
  try {
    const archive = join(directory, 'files.tar')
    await docker(['export', '--output', archive, container])
    return execFileSync('tar', ['-tvf', archive], { encoding: 'utf8' })
      .split('\n')
      .map(line => line.split(/ +/))
      .map(([mode = '', , size, , , path = '']) => ({ mode, size: Number(size), path }))
      .filter(({ mode, size }) => mode.startsWith('-') && size > 0)
  } finally {
    rmSync(directory, { recursive: true })
    await docker(['rm', container])
  }
}
