import { z } from 'zod';
import { validationError } from '../errors.ts';
import { parse } from '../parse.ts';
import { odooVersion } from '../projects/index.ts';

/** The countries of Odoo 16 to 19: `odoo/addons/base/data/res_country_data.xml`. */
const countries = `
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XI XK YE YT ZA ZM ZW`
  .trim()
  .split(/\s/);

/** The languages of Odoo 16 to 19: `odoo/addons/base/data/res.lang.csv`. */
const languages = `
am_ET ar_001 ar_SY az_AZ be_BY bg_BG bn_IN bs_BA ca_ES cs_CZ da_DK de_CH de_DE el_GR en_AU en_CA en_GB en_IN
en_NZ en_US es_419 es_AR es_BO es_CL es_CO es_CR es_DO es_EC es_ES es_GT es_MX es_PA es_PE es_PY es_UY es_VE
et_EE eu_ES fa_IR fi_FI fr_BE fr_CA fr_CH fr_FR gl_ES gu_IN he_IL hi_IN hr_HR hu_HU id_ID it_IT ja_JP ka_GE
kab_DZ km_KH ko_KP ko_KR lb_LU lo_LA lt_LT lv_LV mk_MK ml_IN mn_MN ms_MY my_MM nb_NO nl_BE nl_NL pl_PL pt_AO
pt_BR pt_PT ro_RO ru_RU sk_SK sl_SI sq_AL sr_RS sr@Cyrl sr@latin sv_SE sw te_IN th_TH tl_PH tr_TR uk_UA vi_VN
zh_CN zh_HK zh_TW`
  .trim()
  .split(/\s/);

/** The first major release, or the last, that has these. */
const since: ReadonlyMap<string, number> = new Map([
  ['be_BY', 18],
  ['sr@Cyrl', 18],
]);
const until: ReadonlyMap<string, number> = new Map([['sr_RS', 17]]);

function isIn(language: string, version: string): boolean {
  const major = Number.parseInt(version, 10);
  return languages.includes(language) && major >= (since.get(language) ?? 0) && major <= (until.get(language) ?? major);
}

/** What an instance can be created with. */
export interface Choice {
  code: string;
  name: string;
}

const byName = (one: Choice, other: Choice): number => one.name.localeCompare(other.name, 'en');
const countryNames = new Intl.DisplayNames('en', { type: 'region' });
const languageNames = new Intl.DisplayNames('en', { type: 'language', languageDisplay: 'standard' });
const countryChoices = countries
  // The one code of Odoo's own.
  .map((code) => ({ code, name: code === 'XI' ? 'Northern Ireland' : (countryNames.of(code) ?? code) }))
  .sort(byName);

/** The name of a language by its code in Odoo, whose modifiers are scripts. */
const languageName = (code: string): string =>
  languageNames.of(code.replace('@latin', '-Latn').replace(/[_@]/, '-')) ?? code;

export const odooCountries = (): readonly Choice[] => countryChoices;

export const odooLanguagesInput = z.object({ odooVersion: odooVersion.nullish() });

/** The languages of one release of Odoo. */
export function odooLanguages(given: unknown): Choice[] {
  const version = parse(odooLanguagesInput, given).odooVersion ?? '19.0';
  return languages
    .filter((code) => isIn(code, version))
    .map((code) => ({ code, name: languageName(code) }))
    .sort(byName);
}

export const country = z
  .string()
  .max(2)
  .refine((code) => countries.includes(code), {
    message: 'must be a country code of Odoo, such as BE or GB; GET /api/odoo/countries lists them',
    params: { constraint: 'one_of' },
  });

export const language = z
  .string()
  .max(16)
  .refine((code) => languages.includes(code), {
    message: 'must be a language code of Odoo, such as en_GB or es_419; GET /api/odoo/languages lists them',
    params: { constraint: 'one_of' },
  });

/** Odoo passes over a language that it does not know. */
export function checkLanguage(code: string, version: string): void {
  if (isIn(code, version)) return;
  const message = `language: Odoo ${version} does not know ${code}; GET /api/odoo/languages lists its languages`;
  throw validationError([{ field: 'language', constraint: 'one_of', message }]);
}
