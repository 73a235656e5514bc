/** Prints what happens, each step with its milliseconds. */
export interface Timeline {
  title(text: string): void
  note(text: string): void
  /** Begins to count, at an instant or now. */
  begin(text: string, at?: number): void
  /** A step at an instant, or now. */
  step(text: string, at?: number): void
}

export function createTimeline(colour: boolean): Timeline {
  const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)
  let startedAt = Date.now()
  const line = (ms: string, text: string) => console.log(`  ${paint(36, ms.padStart(9))}  ${text}`)
  return {
    title: text => console.log(`\n${paint(1, text)}`),
    note: text => console.log(`             ${paint(2, text)}`),
    begin(text, at = Date.now()) {
      startedAt = at
      line('0 ms', text)
    },
    step(text, at = Date.now()) {
      line(`+${Math.max(0, Math.round(at - startedAt))} ms`, text)
    },
  }
}
