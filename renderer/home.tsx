import { useState } from 'react'
import type { Payload } from '../electron/shared/ipc.ts'
import type { Restore as RestoreRecord } from '../electron/shared/restore-model.ts'
import { useAskedPlace } from './asked-place.ts'
import { Backups } from './backups.tsx'
import { useToday } from './larder.ts'
import { Rail, type Place } from './rail.tsx'
import { RecoveryKey } from './recovery-key.tsx'
import { PastRestore } from './restore/past-restore.tsx'
import { Restore } from './restore/restore.tsx'
import { Today } from './today.tsx'

type Where =
  | { readonly place: 'today'; readonly jobId?: string | undefined }
  | { readonly place: 'recovery' }
  | { readonly place: 'backups'; readonly backupId: string | null }
  | { readonly place: 'restore'; readonly backupId: string | null }
  | { readonly place: 'restored'; readonly restore: RestoreRecord }

const show = ({ screen, jobId }: Payload<'show'>): Where =>
  screen === 'today' ? { place: 'today', jobId } : { place: screen, backupId: null }

/** The everyday places beside their rail. */
export function Home() {
  const [where, setWhere] = useState<Where>({ place: 'today' })
  const [followed, setFollowed] = useState<Payload<'show'> | null>(null)
  const asked = useAskedPlace()
  const today = useToday()
  if (asked !== null && asked !== followed) {
    setFollowed(asked)
    setWhere(show(asked))
  }
  const goTo = (place: Place): void =>
    setWhere(place === 'today' ? { place } : { place: 'backups', backupId: null })
  const openBackup = (backupId: string | null): void => setWhere({ place: 'backups', backupId })
  return (
    <div className="home">
      <Rail
        site={today.value?.siteName ?? ''}
        place={where.place === 'today' || where.place === 'recovery' ? 'today' : 'backups'}
        onPlace={goTo}
      />
      <main>
        {where.place === 'today' && (
          <div className="place">
            <Today
              today={today}
              askedJobId={where.jobId}
              onOpen={openBackup}
              onAll={() => goTo('backups')}
              onRecovery={() => setWhere({ place: 'recovery' })}
            />
          </div>
        )}
        {where.place === 'recovery' && (
          <div className="place">
            <RecoveryKey isNew={false} onDone={() => goTo('today')} />
          </div>
        )}
        {where.place === 'backups' && (
          <Backups
            databases={today.value?.databases ?? []}
            opened={where.backupId}
            onOpen={openBackup}
            onRestore={(backupId) => setWhere({ place: 'restore', backupId })}
            onRestored={(restore) => setWhere({ place: 'restored', restore })}
            onToday={() => goTo('today')}
          />
        )}
        <Restoring where={where} databases={today.value?.databases ?? []} onWhere={setWhere} />
      </main>
    </div>
  )
}

interface RestoringProps {
  readonly where: Where
  readonly databases: readonly string[]
  readonly onWhere: (where: Where) => void
}

/** The wizard, and what came of its earlier runs. */
function Restoring({ where, databases, onWhere }: RestoringProps) {
  const goToday = (): void => onWhere({ place: 'today' })
  if (where.place === 'restore') {
    const { backupId } = where
    return (
      <div className="place">
        <Restore
          key={backupId}
          backupId={backupId}
          databases={databases}
          onLeave={() => onWhere({ place: 'backups', backupId })}
          onToday={goToday}
        />
      </div>
    )
  }
  if (where.place !== 'restored') return null
  return (
    <div className="place">
      <PastRestore
        restore={where.restore}
        onBack={() => onWhere({ place: 'backups', backupId: null })}
        onToday={goToday}
      />
    </div>
  )
}
