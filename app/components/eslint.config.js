import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["node_modules/", "vendor/", "**/bundle.js"] },
  js.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.worker } },
    rules: {
      "max-lines-per-function": ["error", 60],
      "max-lines": ["error", 400],
      complexity: ["error", 16],
      "max-params": ["error", 6],
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-console": "error",
    },
  },
  {
    files: ["**/*.test.js", "build.js", "eslint.config.js"],
    languageOptions: { globals: globals.node },
    rules: { "no-console": "off" },
  },
];
