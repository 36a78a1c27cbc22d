export function browserOptions(): { executablePath: string; args: string[] };
