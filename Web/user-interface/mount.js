// @ts-check
/**
 * Builds the page and follows the state: the only thing the composition root calls.
 *
 * @typedef {import('./element.js').Context} Context
 * @typedef {import('./element.js').Store} Store
 */
import { chooseLanguage, loadLanguage } from '../locales/localize.js';
import { insist } from './later.js';
import { ParleyApp } from './parley-app.js';

/**
 * @param {Omit<Context, 'text'> & {root?: Element}} parts
 * @returns {Promise<void>} when the page is there
 */
export async function mount({ store, media, levels, root = document.body }) {
  const page = document.documentElement;
  let language = '';

  const showState = () => {
    const { meetingState, preferences } = store.getState();
    if (page.dataset.meetingState !== meetingState) page.dataset.meetingState = meetingState;
    if (page.dataset.theme !== preferences.theme) page.dataset.theme = preferences.theme;
  };

  /** Loads the language and builds the page anew when it is another one. */
  const speak = async () => {
    const wanted = chooseLanguage(store.getState().preferences.locale, navigator.languages);
    if (wanted === language) return;
    language = wanted;
    const text = await insist(() => loadLanguage(wanted));
    if (wanted !== language) return;
    page.lang = wanted;
    page.dir = text.direction;
    const app = new ParleyApp();
    app.context = { store, media, levels, text };
    root.querySelector('parley-app')?.remove();
    root.append(app);
  };

  showState();
  store.subscribe(() => {
    showState();
    speak();
  });
  await speak();
}
