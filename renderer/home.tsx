import { useState } from 'react'
import type { Payload } from '../electron/shared/ipc.ts'
import { useAskedPlace } from './asked-place.ts'
import { Backups } from './backups.tsx'
import { useToday } from './larder.ts'
import { Rail, type Place } from './rail.tsx'
import { RecoveryKey } from './recovery-key.tsx'
import { Today } from './today.tsx'

type Where =
  | { readonly place: 'today'; readonly jobId?: string | undefined }
  | { readonly place: 'recovery' }
  | { readonly place: 'backups'; readonly backupId: string | null }

const show = ({ screen, jobId }: Payload<'show'>): Where =>
  screen === 'today' ? { place: 'today', jobId } : { place: 'backups', backupId: null }

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
        place={where.place === 'backups' ? 'backups' : 'today'}
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
            onToday={() => goTo('today')}
          />
        )}
      </main>
    </div>
  )
}
