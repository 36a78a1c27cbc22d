import type { Server } from 'node:http';

export const siteFolder: string;
export function serveFolder(
  folder: string,
  port: number,
  prefix?: string,
  headers?: Record<string, string>,
): Promise<Server>;
