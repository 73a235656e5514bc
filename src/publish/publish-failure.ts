import { getSystemErrorMessage } from 'node:util'
import { PublishError } from '../core/errors.ts'

/** Translates a system error; any other error is answered as it is. `what` reads like `"/run/secrets/a" cannot be published`. */
export function publishFailure(what: string, error: unknown): Error {
  if (!isSystemError(error)) return error instanceof Error ? error : new Error(String(error))
  // Its message names the system call and paths only, so it may be kept.
  return new PublishError(`${what}: ${getSystemErrorMessage(error.errno)} (${error.code})`, {
    hint: hints[error.code],
    cause: error,
  })
}

interface SystemError extends Error {
  readonly code: string
  readonly errno: number
  readonly syscall?: string
}

export function isSystemError(error: unknown): error is SystemError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    'errno' in error &&
    typeof error.errno === 'number'
  )
}

const hints: Readonly<Record<string, string>> = {
  ENOSPC:
    'the volume is full: raise size= in the options of the tmpfs volume, or remove what else lies there',
  EDQUOT: 'the volume is full: raise the quota, or remove what else lies there',
  EROFS: 'mount the volume writable for the agent; only the application mounts it read-only',
  EACCES:
    'the directory must belong to the user of the agent: root without DAC_OVERRIDE cannot write into another’s',
  EPERM: 'the directory must belong to the user of the agent',
  EMFILE: 'raise the limit of open files (ulimits: nofile)',
  ENAMETOOLONG: 'choose a shorter path',
}
