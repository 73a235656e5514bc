import type { FileStatus, FileSystem, OpenFile } from '../../src/publish/file-system.ts'
import { systemError } from './traced-file-system.ts'

/** A tmpfs in memory, as root sees it; what is in it outlives every agent. */
export interface MemoryFileSystem extends FileSystem {
  /** Bytes that can still be written; below one, nothing can be made either. */
  room: number
}

interface Node {
  readonly kind: 'file' | 'directory' | 'symlink'
  readonly inode: number
  mode: number
  owner: number
  group: number
  bytes: Uint8Array
  /** Grows with each write. */
  writes: number
  /** Of a symbolic link. */
  readonly target: string
  /** Of a directory. */
  readonly children: Map<string, Node>
}

const tmpfsMagic = 0x01021994
const errnos = { ENOENT: -2, EBADF: -9, EEXIST: -17, ENOTDIR: -20, ENOSPC: -28, ENOTEMPTY: -39, ELOOP: -40 }

/** @param directories those that are there, with those above them */
export function createMemoryFileSystem(directories: readonly string[]): MemoryFileSystem {
  let inodes = 0
  const open = new Map<OpenFile, Node>()
  let descriptors = 0
  const root = createNode('directory', 0o755)
  /** Splitting paths would take most of the time. */
  const namesOf = new Map<string, readonly string[]>()

  function createNode(kind: Node['kind'], mode: number, target = ''): Node {
    inodes += 1
    const bytes = new Uint8Array()
    return {
      kind,
      inode: inodes,
      mode,
      owner: 0,
      group: 0,
      bytes,
      writes: 0,
      target,
      children: new Map(),
    }
  }

  function find(path: string): Node | undefined {
    let node: Node | undefined = root
    const names = namesOf.get(path) ?? path.split('/').filter(name => name !== '')
    namesOf.set(path, names)
    for (const name of names) node = node?.children.get(name)
    return node
  }

  function get(path: string, syscall: string): Node {
    return find(path) ?? fail('ENOENT', syscall)
  }

  function parentOf(path: string, syscall: string): { parent: Node; name: string } {
    const at = path.lastIndexOf('/')
    const parent = get(path.slice(0, at), syscall)
    if (parent.kind !== 'directory') fail('ENOTDIR', syscall)
    return { parent, name: path.slice(at + 1) }
  }

  function add(path: string, node: Node, syscall: string): Node {
    if (system.room < 1) fail('ENOSPC', syscall)
    const { parent, name } = parentOf(path, syscall)
    if (parent.children.has(name)) fail('EEXIST', syscall)
    parent.children.set(name, node)
    return node
  }

  function opened(node: Node): OpenFile {
    descriptors += 1
    open.set(descriptors, node)
    return descriptors
  }

  const of = (file: OpenFile): Node => open.get(file) ?? fail('EBADF', 'fstat')

  const system: MemoryFileSystem = {
    uid: 0,
    room: Number.POSITIVE_INFINITY,
    lstat(path) {
      const node = find(path)
      return node === undefined ? undefined : statusOf(node)
    },
    typeOf: () => tmpfsMagic,
    readDirectory: path => [...get(path, 'scandir').children.keys()],
    readLink: path => get(path, 'readlink').target,
    readFile(path) {
      const node = get(path, 'open')
      return node.kind === 'file' ? node.bytes : fail('ELOOP', 'open')
    },
    makeDirectory: (path, mode) => void add(path, createNode('directory', mode), 'mkdir'),
    removeDirectory(path) {
      const { parent, name } = parentOf(path, 'rmdir')
      if (get(path, 'rmdir').children.size > 0) fail('ENOTEMPTY', 'rmdir')
      parent.children.delete(name)
    },
    unlink(path) {
      const { parent, name } = parentOf(path, 'unlink')
      if (!parent.children.delete(name)) fail('ENOENT', 'unlink')
    },
    symlink: (target, path) => void add(path, createNode('symlink', 0o777, target), 'symlink'),
    rename(from, to) {
      const node = get(from, 'rename')
      const source = parentOf(from, 'rename')
      const { parent, name } = parentOf(to, 'rename')
      source.parent.children.delete(source.name)
      parent.children.set(name, node)
    },
    createFile: path => opened(add(path, createNode('file', 0o600), 'open')),
    openDirectory(path) {
      const node = get(path, 'open')
      return node.kind === 'directory' ? opened(node) : fail('ENOTDIR', 'open')
    },
    fstat: file => statusOf(of(file)),
    write(file, bytes) {
      if (system.room < 1) fail('ENOSPC', 'write')
      const node = of(file)
      const taken = bytes.subarray(0, system.room)
      system.room -= taken.length
      node.bytes = Buffer.concat([node.bytes, taken])
      node.writes += 1
      return taken.length
    },
    fsync: () => undefined,
    fchmod(file, mode) {
      of(file).mode = mode
    },
    fchown(file, owner, group) {
      Object.assign(of(file), { owner, group })
    },
    close: file => void open.delete(file),
  }

  for (const directory of directories) {
    let node = root
    for (const name of directory.split('/').filter(part => part !== '')) {
      const child: Node = node.children.get(name) ?? createNode('directory', 0o711)
      node.children.set(name, child)
      node = child
    }
  }
  return system
}

function fail(code: keyof typeof errnos, syscall: string): never {
  throw systemError(code, errnos[code], syscall)
}

function statusOf(node: Node): FileStatus {
  const { kind, mode, owner, group } = node
  const identity = `${node.inode}:${node.writes}:${node.bytes.length}`
  return { kind, mode, owner, group, device: 'memory', identity }
}
