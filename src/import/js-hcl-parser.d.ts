declare module 'js-hcl-parser' {
  const parser: {
    /** Answers indented JSON, or a text that begins with `unable to` where it cannot read the HCL. */
    parse(hcl: string): string
  }
  export default parser
}
