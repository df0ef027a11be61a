import { Button, Loader, Radio } from '@mantine/core'
import { texts } from '../../electron/shared/texts.ts'
import type { FoundServer } from '../../electron/shared/ipc.ts'
import type { Login } from './draft.ts'

const words = texts.firstRun.server

interface FoundServersProps {
  /** Null while the search is on. */
  readonly servers: readonly FoundServer[] | null
  readonly login: Login
  readonly onChoose: (server: FoundServer) => void
  readonly onLookAgain: () => void
  readonly onElsewhere: () => void
}

const keyOf = ({ host, port }: { readonly host: string; readonly port: number | string }): string =>
  `${host} ${port}`

/** The servers that answer on this PC, to choose one of. */
export function FoundServers(props: FoundServersProps) {
  const { servers, login, onChoose } = props
  if (servers === null) {
    return (
      <p className="looking" role="status">
        <Loader size="sm" /> {words.looking}
      </p>
    )
  }
  if (servers.length === 0) return <NoneFound {...props} />
  return (
    <Radio.Group aria-label={words.ways.found} value={keyOf(login)} onChange={() => undefined}>
      <div className="cards">
        {servers.map((server) => (
          <Radio.Card
            key={keyOf(server)}
            className="card"
            value={keyOf(server)}
            onClick={() => onChoose(server)}
          >
            <Radio.Indicator />
            <span>
              <strong>{words.foundName(server.version)}</strong>
              <span>{words.foundAt(server.host, String(server.port))}</span>
            </span>
          </Radio.Card>
        ))}
      </div>
    </Radio.Group>
  )
}

const NoneFound = ({ onLookAgain, onElsewhere }: FoundServersProps) => (
  <div className="empty" role="status">
    <strong>{words.none}</strong>
    <p>{words.noneText}</p>
    <div className="buttons">
      <Button variant="default" onClick={onLookAgain}>
        {words.lookAgain}
      </Button>
      <Button variant="default" onClick={onElsewhere}>
        {words.ways.paste}
      </Button>
    </div>
  </div>
)
