export declare function verifyIntegrity(file: string, expected: string): Promise<void>
