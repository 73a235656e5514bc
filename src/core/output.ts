import type { Tell } from './piece.ts'
import type { Reference } from './reference.ts'
import type { Secret } from './secret.ts'

/** What an application finds: one file, or a directory of files that is replaced as a whole. */
export interface Output extends Target {
  readonly files: readonly OutputFile[]
}

export interface OutputFile extends TargetFile {
  readonly renderer: Renderer
}

/** Where an output goes and how, apart from what fills it. */
export interface Target {
  /** Absolute, without a trailing slash; also the output's name in logs, status and `on:`. */
  readonly path: string
  readonly kind: 'file' | 'directory'
  /** Exactly one for a file output, whose name is empty. */
  readonly files: readonly TargetFile[]
  /** Checked against the staged file, or the staged directory as a whole, before it is swapped in. */
  readonly validate?: Validation | undefined
}

export interface TargetFile {
  /** Below the output's directory, with `/` as separator; empty for a file output. */
  readonly name: string
  readonly mode: number
  readonly owner: number
  readonly group: number
  readonly validate?: Validation | undefined
}

/** A built-in check, or a program with its arguments in which `{path}` stands for what was staged. */
export type Validation =
  | { readonly builtin: 'json' | 'yaml' | 'toml' | 'pem' }
  | { readonly command: readonly string[]; readonly timeoutMs: number }

/** Renders one file. Pure: equal secrets give equal bytes, and nothing but `read` is asked. */
export interface Renderer {
  /** The secrets it names without having to be run, so that they can be fetched together. */
  readonly references: readonly Reference[]
  /**
   * @param tell is told the content piece by piece, as it may be shown; what was told counts only where there is a content
   * @throws RenderError naming keys and positions, never values
   */
  render(read: ReadSecret, tell?: Tell): Rendered
}

/** The current secret, `null` where an optional one does not exist, `undefined` where it has not arrived. */
export type ReadSecret = (reference: Reference) => Secret | null | undefined

/**
 * The bytes, or the references that must arrive first (a template may ask for more once it has these), with those it used
 * until then beyond what it names without being run.
 */
export type Rendered =
  | {
      readonly content: string | Uint8Array
      readonly used: readonly Reference[]
      /** Further files that belong with this content, each path once. */
      readonly declared?: readonly DeclaredFile[] | undefined
    }
  | { readonly missing: readonly Reference[]; readonly used?: readonly Reference[] }

/** A file that rendering another one asks for. */
export interface DeclaredFile {
  /** Absolute and normalized. */
  readonly path: string
  readonly mode: number
  /** Undefined: as the file that is rendered. */
  readonly owner: number | undefined
  readonly group: number | undefined
  readonly content: string | Uint8Array
}

/** An output whose files are all rendered. */
export interface RenderedOutput {
  readonly output: Target
  /** In the order of `output.files`. */
  readonly contents: readonly Uint8Array[]
  /** Secret key -> version, of all secrets that went into it. */
  readonly versions: Readonly<Record<string, string>>
  /** File outputs that its templates declare outside of it. All stand or fall together. */
  readonly further?: readonly RenderedOutput[] | undefined
}
