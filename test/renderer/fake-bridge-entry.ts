import { installFakeBridge, scenarios, type ScenarioName } from './fake-bridge.ts'

/** Runs in the page before anything else; the scenario's name is set just before. */
const wanted: unknown = Reflect.get(window, 'scenario')
const isScenario = (name: unknown): name is ScenarioName => typeof name === 'string' && name in scenarios
if (isScenario(wanted)) installFakeBridge(wanted)
