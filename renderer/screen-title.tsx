import { useEffect, useRef, type ReactNode } from 'react'

/** The title of a screen. It takes the focus when the screen opens, so that keyboards and readers start there. */
export function ScreenTitle({
  children,
  quiet = false,
}: {
  readonly children: ReactNode
  readonly quiet?: boolean
}) {
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => title.current?.focus(), [])
  return (
    <h1 ref={title} tabIndex={-1} className={quiet ? 'screen-title quiet' : 'screen-title'}>
      {children}
    </h1>
  )
}
