import { KeyturnError, NotifyError } from '../core/errors.ts'

/** What a part of the platform threw, in a notifier's own words; anything unexpected as it is. */
export function asNotifyError(error: unknown): unknown {
  return error instanceof KeyturnError ? new NotifyError(error.message, { hint: error.hint }) : error
}
