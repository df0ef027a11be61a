import { Button } from '@mantine/core'
import { IconFileText } from '@tabler/icons-react'
import { useState } from 'react'
import type { Fault } from '../../electron/shared/fault.ts'
import { FaultNotice } from '../fault-notice.tsx'
import { ask, faultOf } from '../larder.ts'

interface ReportButtonProps {
  /** Of the restore. */
  readonly id: string
  readonly label: string
  /** What readers hear where several stand below each other. */
  readonly named?: string
  readonly size?: 'sm'
}

/** Opens the report of a restore with whatever shows such files on this PC. */
export function ReportButton({ id, label, named, size }: ReportButtonProps) {
  const [fault, setFault] = useState<Fault | null>(null)
  const open = (): void => {
    setFault(null)
    ask('openReport', { id }).catch((error: unknown) => setFault(faultOf(error)))
  }
  return (
    <>
      <Button
        variant="default"
        {...(size === undefined ? {} : { size })}
        {...(named === undefined ? {} : { 'aria-label': named })}
        leftSection={<IconFileText size={18} stroke={1.75} aria-hidden />}
        onClick={open}
      >
        {label}
      </Button>
      {fault !== null && <FaultNotice fault={fault} />}
    </>
  )
}
