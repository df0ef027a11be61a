import '@fontsource-variable/inter/wght.css'
import '@mantine/core/styles.css'
import './style.css'
import './asked-place.ts'
import { MantineProvider } from '@mantine/core'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { theme } from './theme.ts'

const place = document.getElementById('window')
if (place === null) throw new Error('index.html has no place for the window')

createRoot(place).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <App />
    </MantineProvider>
  </StrictMode>,
)
