// @ts-check
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { chooseLanguage, LANGUAGES, loadLanguage, Localizer } from '../locales/localize.js';

/** @typedef {import('../locales/localize.js').Message} Message */

const web = new URL('..', import.meta.url);
/** @type {Record<string, Record<string, Message>>} */
const all = {};
for (const language of Object.keys(LANGUAGES)) all[language] = (await import(`../locales/${language}.js`)).messages;
const english = all.en ?? {};

/** @param {URL} folder @returns {string[]} sources of all scripts but tests and messages */
function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return ['tests', 'types'].includes(entry.name) ? [] : sources(new URL(`${entry.name}/`, folder));
    const isMessages = folder.pathname.endsWith('/locales/') && entry.name !== 'localize.js';
    return entry.name.endsWith('.js') && !isMessages ? [readFileSync(new URL(entry.name, folder), 'utf8')] : [];
  });
}
const code = sources(web).join('\n');
/** Keys put together at run time, such as `moderate.${action}`. */
const families = [...code.matchAll(/`([a-z-]+(?:\.[a-z-]+)*[.-])\$\{/g)].map((found) => found[1] ?? '');

/** @param {Message} message */
const forms = (message) => (typeof message === 'string' ? { other: message } : message);
/** @param {string} pattern */
const values = (pattern) => [...pattern.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort().join();

for (const [language, messages] of Object.entries(all)) {
  test(`${language} has every key, and no other`, () => {
    assert.deepEqual(Object.keys(messages).sort(), Object.keys(english).sort());
  });

  test(`${language} uses the values that English uses`, () => {
    for (const [key, message] of Object.entries(messages)) {
      const allowed = new Set(Object.values(forms(english[key] ?? '')).map(values).join().split(','));
      for (const form of Object.values(forms(message))) {
        for (const value of values(form).split(',')) assert.ok(value === '' || allowed.has(value), `${language} ${key}: {${value}}`);
      }
    }
  });

  test(`${language} has the plural forms of its grammar`, () => {
    const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const [key, message] of Object.entries(messages)) {
      if (typeof message === 'string') continue;
      const known = Object.keys(message);
      assert.ok(known.includes('other'), `${language} ${key}`);
      for (const form of known) assert.ok(categories.includes(/** @type {Intl.LDMLPluralRule} */ (form)), `${language} ${key}: ${form}`);
      // French and Spanish have "many" for millions, which no meeting reaches.
      const needed = categories.filter((category) => category === 'one' || language === 'en');
      for (const category of needed) assert.ok(known.includes(category), `${language} ${key}: ${category} is missing`);
    }
  });
}

test('Every key the code names exists', () => {
  const named = [...code.matchAll(/(?:text|words)\.say\(\s*'([^']+)'/g), ...code.matchAll(/(?:titleKey = |words: |label: |key: )'([a-z]+\.[^']+)'/g)];
  assert.ok(named.length > 100);
  for (const [, key = ''] of named) assert.ok(key in english, key);
});

test('Every key that looks like one in the code exists', () => {
  const prefixes = [...new Set(Object.keys(english).map((key) => key.split('.')[0]))].filter((prefix) => ['trouble', 'toast', 'action', 'error', 'toolbar', 'tile'].includes(prefix ?? ''));
  for (const [, key = ''] of code.matchAll(/'([a-z]+\.[a-z-]+(?:\.[a-z-]+)*)'/g)) {
    if (prefixes.includes(key.split('.')[0])) assert.ok(key in english, key);
  }
});

test('Every key is used', () => {
  const unused = Object.keys(english).filter((key) => {
    if (code.includes(`'${key}'`)) return false;
    return !families.some((family) => key.startsWith(family));
  });
  assert.deepEqual(unused, []);
});

test('The language is the chosen one, else the browser’s first that we speak, else English', () => {
  assert.equal(chooseLanguage('fr', ['de-DE']), 'fr');
  assert.equal(chooseLanguage('', ['nl-NL', 'de-AT', 'en']), 'de');
  assert.equal(chooseLanguage('', ['zh-Hant-TW']), 'zh');
  assert.equal(chooseLanguage('', ['sw']), 'en');
  assert.equal(chooseLanguage('xx', []), 'en');
});

test('Numbers choose the plural form', async () => {
  const text = await loadLanguage('en');
  assert.equal(text.say('toolbar.unread', { count: 1 }), '1 unread message');
  assert.equal(text.say('toolbar.unread', { count: 2 }), '2 unread messages');
  assert.equal((await loadLanguage('ar')).say('duration.minutes', { count: 2 }), 'دقيقتين');
});

test('A left-to-right name is isolated in a right-to-left sentence, and only there', async () => {
  assert.equal((await loadLanguage('en')).say('toast.joined', { name: 'Ana' }), 'Ana joined');
  assert.ok((await loadLanguage('ar')).say('toast.joined', { name: 'Ana' }).includes('\u2068Ana\u2069'));
  assert.ok((await loadLanguage('en')).say('toast.joined', { name: 'ليلى' }).includes('\u2068ليلى\u2069'));
});

test('Timers and lengths read like clocks and words', () => {
  const text = new Localizer('en', english);
  assert.equal(text.timer(7_000), '0:07');
  assert.equal(text.timer(754_000), '12:34');
  assert.equal(text.timer(3_723_000), '1:02:03');
  assert.equal(text.duration(20_000), 'less than a minute');
  assert.equal(text.duration(3_600_000), '1 hour');
  assert.equal(text.duration(4_380_000), '1 hour and 13 minutes');
});
