// @ts-check
/**
 * Small checks for what came from outside. Unknown fields are let through: the protocol grows by them.
 * @typedef {(value: unknown) => boolean} Check
 */

/** @type {Check} */
export const text = (value) => typeof value === 'string';
/** @type {Check} */
export const integer = (value) => Number.isSafeInteger(value);
/** @type {Check} */
export const number = (value) => typeof value === 'number' && Number.isFinite(value);
/** @type {Check} */
export const flag = (value) => typeof value === 'boolean';
/** @param {...string} words @returns {Check} */
export const oneOf = (...words) => (value) => typeof value === 'string' && words.includes(value);
/** @param {Check} check @returns {Check} */
export const optional = (check) => (value) => value === undefined || check(value);
/** @param {Check} check @returns {Check} */
export const nullable = (check) => (value) => value === null || check(value);
/** @param {...Check} checks @returns {Check} */
export const either = (...checks) => (value) => checks.some((check) => check(value));
/** @param {Check} check @returns {Check} */
export const list = (check) => (value) => Array.isArray(value) && value.every(check);
/** @param {Check} check of every value @returns {Check} */
export const map = (check) => (value) => isObject(value) && Object.values(value).every(check);

/** @param {Record<string, Check>} fields @returns {Check} */
export const shape = (fields) => (value) =>
  isObject(value) && Object.entries(fields).every(([name, check]) => check(Object.hasOwn(value, name) ? value[name] : undefined));

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
export function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
