import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { docker } from './docker.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The image that the container lane builds and runs. */
export const testImage = 'keyturn:test'

/** The image of the holder, and of the programs with a shell that tests start. */
export const busyboxImage = 'busybox:1.36'

/** The image that the Dockerfile begins with. */
export function nodeImage(): string {
  const [, tag] = /^FROM (node:\S+)/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8')) ?? []
  if (tag === undefined) throw new Error('the Dockerfile does not begin with an image of Node')
  return tag
}

/**
 * Sees to it that the base images are there: pulled, or where no registry answers made from this machine's packages
 * (busybox-static, tini, binutils, and the project's own Node) under the same tag, with the label `keyturn.stand-in`.
 * Answers the tags that are stand-ins.
 */
export async function ensureBaseImages(): Promise<string[]> {
  const standIns: string[] = []
  for (const [tag, fill] of [
    [busyboxImage, fillBusybox],
    [nodeImage(), fillNode],
  ] as const) {
    if (!(await exists(tag)) && !(await pulls(tag))) await importStandIn(tag, fill)
    if (await isStandIn(tag)) standIns.push(tag)
  }
  return standIns
}

function exists(tag: string): Promise<boolean> {
  return succeeds(['image', 'inspect', tag])
}

function pulls(tag: string): Promise<boolean> {
  return succeeds(['pull', '--quiet', tag], 180_000)
}

async function isStandIn(tag: string): Promise<boolean> {
  const label = '{{ index .Config.Labels "keyturn.stand-in" }}'
  return (await docker(['image', 'inspect', '--format', label, tag])) === 'true'
}

async function succeeds(args: readonly string[], timeoutMs = 10_000): Promise<boolean> {
  return docker(args, { timeoutMs }).then(
    () => true,
    () => false,
  )
}

async function importStandIn(tag: string, fill: (directory: string) => void): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'keyturn-image-'))
  try {
    const files = join(directory, 'files')
    const archive = join(directory, 'files.tar')
    fill(files)
    execFileSync('tar', ['-C', files, '--owner=0', '--group=0', '-cf', archive, '.'])
    const changes = ['LABEL keyturn.stand-in=true', 'ENV PATH=/bin', 'CMD ["sh"]']
    await docker(['import', ...changes.flatMap(change => ['--change', change]), archive, tag])
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function fillBusybox(directory: string): void {
  const busybox = join(directory, 'bin', 'busybox')
  copy('/bin/busybox', busybox)
  for (const applet of execFileSync(busybox, ['--list'], { encoding: 'utf8' }).split('\n')) {
    if (applet !== '' && applet !== 'busybox') symlinkSync('busybox', join(directory, 'bin', applet))
  }
  mkdirSync(join(directory, 'tmp'), { mode: 0o1777 })
}

function fillNode(directory: string): void {
  fillBusybox(directory)
  const node = join(root, 'node_modules', 'node', 'bin', 'node')
  const wanted = /^node:([\d.]+)/.exec(nodeImage())?.[1]
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
  if (version !== `v${wanted}`) {
    throw new Error(`the Dockerfile wants Node ${wanted}, package.json pins ${version}`)
  }
  for (const [program, name] of [
    [node, 'node'],
    ['/usr/bin/strip', 'strip'],
    ['/usr/bin/tini-static', 'tini-static'],
  ] as const) {
    rmSync(join(directory, 'bin', name), { force: true })
    copy(program, join(directory, 'bin', name))
    for (const library of librariesOf(program)) copy(library, join(directory, library))
  }
}

/** What the dynamic loader would load, itself included; nothing for a static program. */
function librariesOf(program: string): string[] {
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' })
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].flatMap(([, path]) => path ?? [])
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  cpSync(realpathSync(from), to)
}
