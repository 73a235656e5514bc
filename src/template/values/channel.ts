import type { Value } from './values.ts'

/** `<-chan int64`: its elements can be received once, whoever receives them. They are made when they are asked for. */
export class Channel {
  readonly elementType: string
  readonly #elements: Iterator<Value>

  constructor(elementType: string, elements: Iterable<Value>) {
    this.elementType = elementType
    this.#elements = elements[Symbol.iterator]()
  }

  /** The next element; undefined when the channel is closed. */
  receive(): Value {
    const { value, done } = this.#elements.next()
    return done === true ? undefined : value
  }
}
