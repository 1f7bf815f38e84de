// Loaded before the first paint: puts the chosen look and language on the root element, so that
// nothing flashes. A file of its own because the pages forbid inline scripts.
(() => {
  const root = document.documentElement;
  let look = 'system';
  let language = '';
  try {
    look = localStorage.getItem('trunkline.look') || 'system';
    language = localStorage.getItem('trunkline.language') || '';
  } catch {
    // Storage is blocked: the system's choice stands.
  }
  if (look === 'system') {
    if (
      matchMedia('(forced-colors: active)').matches ||
      matchMedia('(prefers-contrast: more)').matches
    )
      look = 'contrast';
    else look = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  }
  root.dataset.look = look;
  root.lang = language || (navigator.language.toLowerCase().startsWith('de') ? 'de' : 'en');
})();
