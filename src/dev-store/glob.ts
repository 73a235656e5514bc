/** Whether a text fits a pattern in which `*` stands for anything, as in the bound names of roles. */
export function matchesGlob(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text)
}
