import { ConfigError, readConfig } from './config.ts';
import { ListenError } from './listening.ts';
import { start } from './start.ts';

try {
  const running = await start(readConfig(process.env));
  let stopping = false;
  const end = (): void => {
    // A second signal does not wait.
    if (stopping) process.exit(1);
    stopping = true;
    void running.stop().then(() => process.exit(0));
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
} catch (error) {
  process.stderr.write(
    `${error instanceof ConfigError || error instanceof ListenError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(1);
}
