import type { Site } from '../instances/index.ts';
import type { StepContext } from '../operations/kind.ts';
import { runInFilestores } from './filestores.ts';

/**
 * Each of them is safe to repeat, from whatever point it was ended at. What came ($2) has the same paths as what serves ($1). What
 * was before ($3) is in `kept` there; `added` names what was not there. Paths have no line breaks: they were checked.
 */
const scripts = {
  /** Gives what came its owner, and checks that it is so many files, and that nothing but files is in their places. */
  check: `cd "filestore/$2"
    owner=$(stat -c %u:%g ..)
    mode=755
    if [ -L "../$1" ]; then echo "the filestore is a symbolic link"; exit 1; fi
    if [ -d "../$1" ]; then owner=$(stat -c %u:%g "../$1"); mode=$(stat -c %a "../$1"); fi
    chown -R "$owner" .
    find . -type d -exec chmod "$mode" {} +
    find . -type f -exec chmod u+rw,a-s {} +
    files=$(find . -type f | wc -l)
    if [ "$files" -ne "$4" ]; then echo "$files of $4 files came"; exit 1; fi
    find . -type f | while IFS= read -r path; do
      to="../$1/$path"
      if [ -L "$to" ] || { [ -e "$to" ] && [ ! -f "$to" ]; }; then echo "$path is no file in the filestore"; exit 1; fi
      folder=\${path%/*}
      while [ "$folder" != . ]; do
        to="../$1/$folder"
        if [ -L "$to" ] || { [ -e "$to" ] && [ ! -d "$to" ]; }; then echo "$folder is no directory in the filestore"; exit 1; fi
        folder=\${folder%/*}
      done
    done`,
  /** Each path has one of both files at any time. A directory has its owner before it has its name. */
  putIn: `cd "filestore/$2"
    serving="../$1" before="../$3"
    owner=$(stat -c %u:%g .) mode=$(stat -c %a .)
    mkdir -p "$before/kept" "$before/added"
    folder() {
      if [ -d "$serving/$1" ]; then return; fi
      case $1 in */*) folder "\${1%/*}" ;; esac
      to=$serving
      if [ "$1" != . ]; then to="$serving/$1"; fi
      rm -rf "$before/folder"
      mkdir "$before/folder"
      chown "$owner" "$before/folder"
      chmod "$mode" "$before/folder"
      mv -T "$before/folder" "$to" || [ -d "$to" ]
    }
    folder .
    find . -type f | sort | while IFS= read -r path; do
      folder "\${path%/*}"
      mkdir -p "$before/kept/\${path%/*}" "$before/added/\${path%/*}"
      if [ -e "$serving/$path" ]; then
        if cmp -s "$path" "$serving/$path"; then rm "$path"; continue; fi
        if [ ! -e "$before/kept/$path" ]; then ln "$serving/$path" "$before/kept/$path"; fi
      elif [ ! -e "$before/kept/$path" ]; then : >"$before/added/$path"; fi
      mv -fT "$path" "$serving/$path"
    done
    if [ -n "$(find . -type f)" ]; then echo "not all files are in their places"; exit 1; fi`,
  /** What Odoo may have found meanwhile by its content, which is its name, stays. */
  putBack: `cd filestore
    if [ -d "$3/kept" ]; then
      (cd "$3/kept" && find . -type f) | while IFS= read -r path; do
        if ! cmp -s "$3/kept/$path" "$1/$path"; then mv -fT "$3/kept/$path" "$1/$path"; fi
      done
    fi
    if [ -d "$3/added" ]; then
      (cd "$3/added" && find . -type f) | while IFS= read -r path; do
        if [ -e "$2/$path" ] || [ ! -f "$1/$path" ]; then continue; fi
        sum=$(sha1sum <"$1/$path")
        if [ "\${sum%% *}" != "\${path##*/}" ]; then rm -f "$1/$path"; fi
      done
    fi`,
} as const;

/** Throws unless these are so many files, and each of them can be put in its place. */
export const checkFiles = (context: StepContext<unknown>, site: Site, count: number): Promise<void> =>
  runInFilestores(context, site, scripts.check, [String(count)]);

/** Puts what came in its places; what differs there is kept. Odoo may run: no file is ever half there. */
export const putFilesIn = (context: StepContext<unknown>, site: Site): Promise<void> =>
  runInFilestores(context, site, scripts.putIn);

/** Puts what was kept back. */
export const putFilesBack = (context: StepContext<unknown>, site: Site): Promise<void> =>
  runInFilestores(context, site, scripts.putBack);
