export const packageFolder: string;
export const sampleFile: string;
export function makeSample(folder: string, trainCount: number, testCount: number): Promise<Buffer>;
