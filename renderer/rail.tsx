import { ActionIcon, Tooltip, useMantineColorScheme, type MantineColorScheme } from '@mantine/core'
import {
  IconBasket,
  IconFileText,
  IconHome,
  IconMoon,
  IconSun,
  IconSunMoon,
  type TablerIcon,
} from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { texts } from '../electron/shared/texts.ts'
import { ask } from './larder.ts'
import { Mark } from './mark.tsx'
import { Name } from './name.tsx'

export type Place = 'today' | 'backups'

const places: readonly { readonly place: Place; readonly icon: TablerIcon }[] = [
  { place: 'today', icon: IconHome },
  { place: 'backups', icon: IconBasket },
]

interface RailProps {
  readonly site: string
  readonly place: Place
  readonly onPlace: (place: Place) => void
}

/** The strip with the places of the window: at the side, or on top where the window is narrow. */
export function Rail({ site, place, onPlace }: RailProps) {
  return (
    <header className="rail">
      <div className="rail-name">
        <Mark size={32} />
        <span>
          <strong>{texts.app.name}</strong>
          <Name of={site} cut />
        </span>
      </div>
      <nav aria-label={texts.nav.label}>
        {places.map(({ place: to, icon: Icon }) => (
          <button
            key={to}
            type="button"
            className="rail-place"
            aria-current={to === place ? 'page' : undefined}
            onClick={() => onPlace(to)}
          >
            <Icon size={19} stroke={1.75} aria-hidden />
            {texts.nav[to]}
          </button>
        ))}
      </nav>
      <div className="rail-tools">
        <RailTool label={texts.nav.logs} onClick={() => void ask('openLogs', undefined).catch(() => null)}>
          <IconFileText size={18} stroke={1.75} aria-hidden />
        </RailTool>
        <SchemeTool />
      </div>
    </header>
  )
}

interface RailToolProps {
  readonly label: string
  readonly onClick: () => void
  readonly children: ReactNode
}

const RailTool = ({ label, onClick, children }: RailToolProps) => (
  <Tooltip label={label} position="top-start">
    <ActionIcon variant="subtle" className="rail-tool" size="lg" aria-label={label} onClick={onClick}>
      {children}
    </ActionIcon>
  </Tooltip>
)

const nextScheme = { auto: 'light', light: 'dark', dark: 'auto' } satisfies Record<
  MantineColorScheme,
  MantineColorScheme
>
const schemeIcons = { auto: IconSunMoon, light: IconSun, dark: IconMoon }

function SchemeTool() {
  // Without `keepTransitions` Mantine would insert a style element for a moment, which the policy forbids.
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true })
  const Icon = schemeIcons[colorScheme]
  return (
    <RailTool label={texts.nav.scheme[colorScheme]} onClick={() => setColorScheme(nextScheme[colorScheme])}>
      <Icon size={18} stroke={1.75} aria-hidden />
    </RailTool>
  )
}
