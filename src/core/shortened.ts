const maxLength = 60

/** A text that stands in a message: its beginning, where it is long. */
export function shortened(text: string): string {
  return text.length > maxLength ? `${text.slice(0, maxLength).toWellFormed()}…` : text
}
