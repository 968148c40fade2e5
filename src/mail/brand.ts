/** Our letters call the installation oCore; where the administrator gave it a name, they have that. Addresses stay as they are. */
export function branded(text: string, name: string): string {
  return name === 'oCore'
    ? text
    : text
        .replace(/(?<![\w./@=-])oCore(?![\w./@=-])(?!:\/\/)/g, () => name)
        .replace(/(?<![\w./@=-])oCore(?=[.:](\s|$))/g, () => name);
}
