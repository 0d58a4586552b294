// @ts-check
import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../../Core/Tests/Fixtures/signalling/', import.meta.url);

/**
 * The transcripts that the Swift tests read too.
 * @param {'client'|'server'} side
 * @returns {{name: string, text: string, value: any}[]}
 */
export function fixtures(side) {
  return readdirSync(new URL(`${side}/`, folder)).sort().map((name) => {
    const text = readFileSync(new URL(`${side}/${name}`, folder), 'utf8');
    return { name: name.replace('.json', ''), text, value: JSON.parse(text) };
  });
}

/** @param {string} name of a server's message @returns {any} */
export function fixture(name) {
  return fixtures('server').find((one) => one.name === name)?.value;
}
