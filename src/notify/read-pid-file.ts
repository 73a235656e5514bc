import { closeSync, constants, openSync, readSync } from 'node:fs'
import { NotifyError } from '../core/errors.ts'

/**
 * The process number in a file; undefined where there is no such file.
 * @throws NotifyError, which does not show what else the file holds
 */
export function readPidFile(path: string): number | undefined {
  const text = readStart(path)
  if (text === undefined) return undefined
  const pid = /^\s*([1-9]\d{0,9})\s*$/.exec(text)?.[1]
  if (pid === undefined) throw new NotifyError(`pid file "${path}" does not hold a process number`)
  return Number(pid)
}

function readStart(path: string): string | undefined {
  try {
    // The application owns this file: a FIFO in its place must not make us wait.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const buffer = Buffer.alloc(32)
      return buffer.toString('latin1', 0, readSync(file, buffer))
    } finally {
      closeSync(file)
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    if (code === 'ENOENT') return undefined
    throw new NotifyError(`pid file "${path}" cannot be read (${code})`, {
      hint: 'the agent must see it at this path and may read it only where its mode lets everybody',
    })
  }
}
