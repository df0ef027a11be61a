import { ActionIcon, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useState } from 'react'
import { texts } from '../electron/shared/texts.ts'

/** Copies a text. `label` says which, for those who do not see what it stands beside. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const [copied, setCopied] = useState(false)
  const said = copied ? texts.common.copied : label
  return (
    <Tooltip label={said}>
      <ActionIcon
        className="copy-button"
        variant="subtle"
        size="sm"
        aria-label={said}
        onClick={() => setCopied(copyText(text))}
        onMouseLeave={() => setCopied(false)}
        onBlur={() => setCopied(false)}
      >
        {copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  )
}

// The window is denied every permission, `navigator.clipboard` included; the older command needs only the click.
function copyText(text: string): boolean {
  const fill = (event: ClipboardEvent): void => {
    event.clipboardData?.setData('text/plain', text)
    event.preventDefault()
  }
  document.addEventListener('copy', fill, { once: true })
  return document.execCommand('copy')
}
