// @ts-check
/**
 * How to allow microphone and camera in this very browser: the key of the sentence.
 * @param {string} agent navigator.userAgent
 * @returns {string}
 */
export function permissionHelpKey(agent) {
  if (/iPhone|iPad/.test(agent)) return 'permission.help.ios';
  if (/Android/.test(agent)) return 'permission.help.android';
  if (/Firefox\//.test(agent)) return 'permission.help.firefox';
  if (/Chrome\//.test(agent)) return 'permission.help.chrome';
  if (/Safari\//.test(agent)) return 'permission.help.safari';
  return 'permission.help.other';
}
