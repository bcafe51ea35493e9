// How `make lint-scripts` lints the sources of the page script.

import js from "@eslint/js";

const BROWSER = [
  "AbortController", "Blob", "CustomEvent", "Event", "EventSource", "MutationObserver", "ResizeObserver", "TextDecoderStream", "sessionStorage",
  "HTMLTextAreaElement", "TextEncoder", "URL", "addEventListener", "confirm", "dispatchEvent", "document", "getSelection",
  "caches", "clearInterval", "clients", "fetch", "innerHeight", "location", "navigator", "parent", "performance", "registration", "removeEventListener",
  "requestAnimationFrame", "scrollTo", "scrollY", "setInterval", "setTimeout", "skipWaiting", "window",
];

export default [
  js.configs.recommended,
  {
    languageOptions: {
      ecmaVersion: 2022,
      sourceType: "module",
      globals: Object.fromEntries(BROWSER.map((name) => [name, "readonly"])),
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      curly: ["error", "multi-line"],
      "default-param-last": "error",
      eqeqeq: "error",
      "max-lines": ["error", 400],
      "max-params": ["error", 4],
      "no-duplicate-imports": "error",
      "no-implicit-globals": "error",
      "no-param-reassign": "error",
      "no-return-assign": "error",
      "no-shadow": "error",
      "no-throw-literal": "error",
      "no-unused-expressions": ["error", { allowShortCircuit: true }],
      "no-use-before-define": ["error", { functions: false, variables: false }],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-arrow-callback": "error",
      "prefer-const": "error",
      "prefer-template": "error",
    },
  },
];
