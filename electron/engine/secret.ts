import { inspect } from 'node:util'

/** A value that never shows by accident: printing, logging or serialising it gives `[secret]` (INV-26). */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The only way to the value. Call it at the last moment, and never keep what it returns. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [inspect.custom](): string {
    return '[secret]'
  }
}
