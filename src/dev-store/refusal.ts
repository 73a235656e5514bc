/** A request refused with Vault's error body, `{"errors":[...]}`; a missing thing has no messages. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly errors: readonly string[]

  constructor(status: number, errors: readonly string[]) {
    super(`refused with ${status}`)
    this.status = status
    this.errors = errors
  }
}

/** @throws Refusal, always */
export function refuse(status: number, ...errors: readonly string[]): never {
  throw new Refusal(status, errors)
}

/** What go-multierror makes of one error; clients see it in a 403. */
export function multiError(message: string): string {
  return `1 error occurred:\n\t* ${message}\n\n`
}
