const names: Readonly<Record<string, string>> = { darwin: 'macOS', win32: 'Windows' };
const otherServer = 'npm run demo -- --server user@host [--key file]';

/** Throws where the demo cannot work, saying what does. */
export function requireSupported(usesThisMachine: boolean): void {
  const system = names[process.platform] ?? process.platform;
  if (process.platform === 'win32')
    throw new Error(
      `oCore does not run on Windows itself: run it in WSL 2. From there it can use any Linux server with Docker: ${otherServer}`,
    );
  if (usesThisMachine && (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)))
    throw new Error(
      `The demo cannot use this machine as its server: that needs Linux on x86_64 or arm64, and this is ${system} on ${process.arch}. Use a Linux server with Docker that you reach over SSH: ${otherServer}`,
    );
}
