import { NativeSelect, Radio } from '@mantine/core'
import { texts } from '../../electron/shared/texts.ts'
import type { RestoreLook, RoleChoice } from '../../electron/shared/restore-model.ts'

const words = texts.restore.roles

interface MissingRolesProps {
  readonly look: RestoreLook
  readonly roles: RoleChoice
  readonly onChange: (roles: RoleChoice) => void
}

/** What is to happen to users that the backup names and this server does not know. */
export function MissingRoles({ look, roles, onChange }: MissingRolesProps) {
  const { missingRoles, presentRoles } = look
  if (missingRoles.length === 0) return null
  const ways = wayOrder.filter((way) => way !== 'map' || presentRoles.length > 0)
  return (
    <>
      <Radio.Group
        label={words.title}
        description={words.text(missingRoles.join(', '))}
        value={roles.kind}
        onChange={(kind) => onChange(startOf(kind))}
      >
        <div className="cards">
          {ways.map((way) => (
            <Radio.Card key={way} className="card" value={way}>
              <Radio.Indicator />
              <span>
                <strong>{names[way].name}</strong>
                <span>{names[way].text}</span>
              </span>
            </Radio.Card>
          ))}
        </div>
      </Radio.Group>
      {roles.kind === 'map' && <Mapping look={look} to={roles.to} onChange={onChange} />}
    </>
  )
}

const wayOrder = ['create', 'map', 'no-owner'] as const
const names = {
  create: { name: words.create, text: words.createText },
  map: { name: words.map, text: words.mapText },
  'no-owner': { name: words.noOwner, text: words.noOwnerText },
}

const startOf = (kind: string): RoleChoice =>
  kind === 'map' ? { kind, to: {} } : { kind: kind === 'no-owner' ? kind : 'create' }

interface MappingProps {
  readonly look: RestoreLook
  readonly to: Readonly<Record<string, string>>
  readonly onChange: (roles: RoleChoice) => void
}

const Mapping = ({ look: { missingRoles, presentRoles }, to, onChange }: MappingProps) => (
  <div className="fields two">
    {missingRoles.map((role) => (
      <NativeSelect
        key={role}
        label={words.mapTo(role)}
        value={to[role] ?? ''}
        onChange={(event) => onChange({ kind: 'map', to: withRole(to, role, event.currentTarget.value) })}
        data={[{ value: '', label: words.choose }, ...presentRoles]}
      />
    ))}
  </div>
)

/** A role may be called anything, `__proto__` too: entries become properties of their own. */
const withRole = (to: Readonly<Record<string, string>>, role: string, chosen: string) =>
  Object.fromEntries(
    Object.entries({ ...to })
      .filter(([one]) => one !== role)
      .concat(chosen === '' ? [] : [[role, chosen]]),
  )
