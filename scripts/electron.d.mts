export declare const runtimeFolder: string
export declare function officialElectron(): string | undefined
export declare function electronLaunch(): { executablePath: string; args: string[] }
