import { useId, type ReactNode } from 'react'
import type { Verdict } from '../electron/shared/model.ts'

/** The signs in the lid, as drawn in resources/mark: one shape per verdict. */
const signs: Readonly<Record<Verdict, ReactNode>> = {
  protected: <path className="mark-line" d="m22 16.5 7 7 13.5-13.5" />,
  attention: (
    <path
      className="mark-solid"
      d="M28.5 7.5a2 2 0 0 1 2-2h3a2 2 0 0 1 2 2l-1 9.5a2.5 2.5 0 0 1-5 0zm.5 15.5a3 3 0 0 1 6 0 3 3 0 0 1-6 0z"
    />
  ),
  'at-risk': <path className="mark-line" d="m25.5 9.5 13 13m0-13-13 13" />,
  working: (
    <g className="mark-turning">
      <path className="mark-line" d="M31.5 24.2A8.2 8.2 0 1 1 38 15" />
      <path className="mark-solid" d="M32.5 15.5h13L39 22.5z" />
    </g>
  ),
  paused: <path className="mark-line" d="M26.5 10v12m11-12v12" />,
}

interface MarkProps {
  /** Gives the lid its sign and the jar its colour; without one it is the name's own mark. */
  readonly verdict?: Verdict
  /** How full the jar is, 0 to 1. */
  readonly level?: number
  readonly size: number
}

/** The jar. Only a picture: what it says is always written beside it. */
export function Mark({ verdict, level = 1, size }: MarkProps) {
  const bowl = useId()
  return (
    <svg
      className="mark"
      data-verdict={verdict}
      viewBox="0 0 64 64"
      width={size}
      height={size}
      aria-hidden="true"
    >
      <clipPath id={bowl}>
        <path d={glass} />
      </clipPath>
      <path className="mark-glass" d={glass} />
      <g clipPath={`url(#${bowl})`}>
        <path className="mark-content" style={{ transform: `translateY(${sunk(level)}px)` }} d={content} />
      </g>
      <path className="mark-edge" d={glass} />
      <path className="mark-shine" d="M11 40v9" />
      <path d={rim} />
      <path className="mark-shade" d={rim} />
      <ellipse cx="32" cy="16" rx="25" ry="13.5" />
      {verdict === undefined ? (
        <ellipse className="mark-ring" cx="32" cy="16" rx="16.5" ry="8.5" />
      ) : (
        signs[verdict]
      )}
    </svg>
  )
}

/** An empty jar shows nothing at all; the first spoonful can be seen already. */
const sunk = (level: number): number => (level === 0 ? 24 : (1 - level) * 13)

const glass = 'M11 24v7.5c-3.6 2-5 4.6-5 8V53c0 5 4 8.5 9 8.5h34c5 0 9-3.5 9-8.5V39.5c0-3.4-1.4-6-5-8V24'
const content = 'M6 40.5C6 46.3 17.6 50 32 50s26-3.7 26-9.5V62H6z'
const rim = 'M7 16v5c0 7.5 11.2 13.5 25 13.5S57 28.5 57 21v-5z'
