import { confirm } from './confirm.ts';
import type { LocalEngine } from './local-engine.ts';
import { asRoot, hasProgram, requireRoot, saidBy } from './machine-user.ts';
import { buildScript, importOf, replacements } from './replacement-images/list.ts';
import { install, type ThisMachine } from './this-machine.ts';

const usesProxy = (): boolean => ['HTTPS_PROXY', 'https_proxy'].some((name) => process.env[name]);

/** The engine's way to the registry is its own: this shell's proxy is not the engine's. */
async function proxyHint(engine: LocalEngine): Promise<string> {
  const ofEngine = (await engine.run('info', '--format', '{{.HTTPSProxy}}').catch(() => '')).trim();
  if (!usesProxy() || ofEngine !== '') return '';
  return '\nThis shell uses a proxy and the engine does not: https://docs.docker.com/engine/daemon/proxy/';
}

/**
 * Makes sure that the engine has the images or can pull them: what counts is the engine's own try, with its proxies and
 * mirrors. Where it cannot, this machine makes replacements that keep the images' contracts.
 */
export async function provideImages(engine: LocalEngine, { say, yes }: ThisMachine): Promise<void> {
  const known = (await engine.run('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}')).split('\n');
  const missing = replacements.filter(({ tag }) => !known.includes(tag));
  const [first] = missing;
  if (!first) return;
  say(`\nThe Docker engine pulls ${first.tag} …`);
  const problem = await engine.pull(first.tag);
  // The others are pulled where the user sees it: in the steps of the operation.
  if (problem === undefined) return;
  say(`The Docker engine cannot pull ${first.tag}:\n  ${problem}${await proxyHint(engine)}`);
  const names = new Intl.ListFormat('en-GB').format(missing.map(({ tag }) => tag));
  if (!hasProgram('apt-get'))
    throw new Error(
      `Let the engine reach a registry that has ${names}, or use another server with --server user@host.`,
    );
  say(`\nReplacements of ${names} are built on this machine from Debian’s packages.`);
  say('The first build takes a few minutes.');
  if (!hasProgram('debootstrap')) {
    await confirm('This needs the package debootstrap. Install it?', yes);
    await install(['debootstrap'], say);
  }
  await requireRoot(`bash ${buildScript}`);
  const directory = (await asRoot('bash', buildScript)).trim().split('\n').at(-1) ?? '';
  for (const replacement of missing)
    await engine.run(...importOf(replacement, directory)).catch((error: unknown) => {
      throw new Error(`${replacement.tag} cannot be imported: ${saidBy(error)}`);
    });
}
