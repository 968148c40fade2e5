import { createGzip } from 'node:zlib';
import { buffer } from 'node:stream/consumers';
import tar from 'tar-stream';

export interface PythonPackage {
  /** Of the package and of its one module. */
  name: string;
  version: string;
  /** The module. */
  module: string;
  /** Runs when pip builds it: whoever makes a package may have anything run there. */
  building?: string;
}

const backend = ({ name, version, module, building = '' }: PythonPackage): string => `import zipfile

MODULE = ${JSON.stringify(module)}


def build_wheel(directory, config_settings=None, metadata_directory=None):
${(building || 'pass')
  .split('\n')
  .map((line) => `    ${line}`)
  .join('\n')}
    info = '${name}-${version}.dist-info'
    wheel = '${name}-${version}-py3-none-any.whl'
    with zipfile.ZipFile(f'{directory}/{wheel}', 'w') as archive:
        archive.writestr('${name}.py', MODULE)
        archive.writestr(f'{info}/METADATA', 'Metadata-Version: 2.1\\nName: ${name}\\nVersion: ${version}\\n')
        archive.writestr(f'{info}/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
        archive.writestr(f'{info}/RECORD', f'${name}.py,,\\n{info}/METADATA,,\\n{info}/WHEEL,,\\n{info}/RECORD,,\\n')
    return wheel
`;

/** A source distribution that builds itself: pip needs no other package for it. */
export function sourceOf(given: PythonPackage): Promise<Buffer> {
  const { name, version } = given;
  const pack = tar.pack();
  const files = {
    'PKG-INFO': `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
    'pyproject.toml': '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
    'backend.py': backend(given),
  };
  for (const [path, content] of Object.entries(files)) pack.entry({ name: `${name}-${version}/${path}` }, content);
  pack.finalize();
  return buffer(pack.pipe(createGzip()));
}
