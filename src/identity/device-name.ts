// The first that fits: every browser also calls itself something else.
const programs: readonly (readonly [RegExp, string])[] = [
  [/\bocore-cli\b/i, 'oCore CLI'],
  [/\bcurl\//i, 'curl'],
  [/\bWget\//i, 'Wget'],
  [/PostmanRuntime/i, 'Postman'],
  [/\binsomnia\//i, 'Insomnia'],
  [/python-requests|python-urllib|aiohttp|httpx/i, 'Python'],
  [/Go-http-client/i, 'Go'],
  [/^(node|undici|axios)/i, 'Node.js'],
  [/\bEdgA?(iOS)?\//, 'Edge'],
  [/\bOPR\/|Opera/, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/HeadlessChrome\/|Chrome\/|CriOS\//, 'Chrome'],
  [/Version\/.*Safari\//, 'Safari'],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/iPhone|iPod/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/CrOS/, 'ChromeOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh|darwin/i, 'macOS'],
  [/Linux|X11/i, 'Linux'],
];

/** What a person recognises a device by, from its user agent: "Firefox on Windows". */
export function deviceName(userAgent: string | null): string {
  const nameIn = (table: typeof programs): string | undefined =>
    table.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1];
  const program = nameIn(programs);
  const system = nameIn(systems);
  if (program && system) return `${program} on ${system}`;
  return program ?? system ?? 'Unknown device';
}
