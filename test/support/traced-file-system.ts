import { createFileSystem, type FileSystem } from '../../src/publish/file-system.ts'

export interface Operation {
  readonly name: keyof FileSystem
  readonly args: readonly unknown[]
}

export interface TracedFileSystem extends FileSystem {
  readonly operations: Operation[]
}

/**
 * The machine's file systems, or others, with every operation noted before it is done. `before` may throw in its place,
 * given the number of operations that came before it; `after` sees what each has left, also one that failed.
 */
export function createTracedFileSystem(
  before: (operation: Operation, index: number) => void = () => undefined,
  after: () => void = () => undefined,
  real = createFileSystem(),
): TracedFileSystem {
  const operations: Operation[] = []
  const traced = <Args extends unknown[], Result>(
    name: keyof FileSystem,
    operate: (...args: Args) => Result,
  ) => {
    return (...args: Args): Result => {
      const operation = { name, args }
      operations.push(operation)
      try {
        before(operation, operations.length - 1)
        return operate(...args)
      } finally {
        after()
      }
    }
  }
  return {
    operations,
    uid: real.uid,
    lstat: traced('lstat', real.lstat),
    typeOf: traced('typeOf', real.typeOf),
    readDirectory: traced('readDirectory', real.readDirectory),
    readLink: traced('readLink', real.readLink),
    readFile: traced('readFile', real.readFile),
    makeDirectory: traced('makeDirectory', real.makeDirectory),
    removeDirectory: traced('removeDirectory', real.removeDirectory),
    unlink: traced('unlink', real.unlink),
    symlink: traced('symlink', real.symlink),
    rename: traced('rename', real.rename),
    createFile: traced('createFile', real.createFile),
    openDirectory: traced('openDirectory', real.openDirectory),
    fstat: traced('fstat', real.fstat),
    write: traced('write', real.write),
    fsync: traced('fsync', real.fsync),
    fchmod: traced('fchmod', real.fchmod),
    fchown: traced('fchown', real.fchown),
    close: traced('close', real.close),
  }
}

/** An error as Node throws it for a system call. */
export function systemError(code: string, errno: number, syscall: string): Error {
  return Object.assign(new Error(`${code}: refused by the test, ${syscall}`), { code, errno, syscall })
}
