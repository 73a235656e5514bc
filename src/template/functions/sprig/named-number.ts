import { Opaque } from '../../values/values.ts'

/** A number that prints as a name: Go's `time.Month` and `time.Weekday`. */
export class NamedNumber extends Opaque {
  readonly number: bigint

  constructor(type: string, number: bigint, text: string) {
    super(type, { text, methods: new Map([['String', { parameters: [], call: () => text }]]) })
    this.number = number
  }
}
