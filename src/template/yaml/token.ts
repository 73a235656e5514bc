import type { Directive, Tag } from './scan-property.ts'

export type YamlToken =
  | { readonly kind: TokenKind }
  | { readonly kind: 'directive'; readonly directive: Directive }
  | { readonly kind: 'alias' | 'anchor'; readonly name: string }
  | { readonly kind: 'tag'; readonly tag: Tag }
  | { readonly kind: 'scalar'; readonly text: string; readonly isPlain: boolean }

/** Tokens that are told by their kind alone. */
export type TokenKind =
  | 'stream end'
  | 'document start'
  | 'document end'
  | 'block sequence'
  | 'block mapping'
  | 'block end'
  | '['
  | ']'
  | '{'
  | '}'
  | ','
  | '-'
  | '?'
  | ':'
