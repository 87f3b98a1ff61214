// Fills an XForm by ODK's web engine: node xforms_engine.mjs FORM.xml RESPONDENTS.json -> JSON.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.env.NODE_MODULES_FOLDER + "/");
const { JSDOM } = require("jsdom");
const { window } = new JSDOM("<!doctype html>");
for (const key of Object.getOwnPropertyNames(window))
  if (!(key in globalThis)) {
    try {
      globalThis[key] = window[key];
    } catch {
      // some of the window's properties are read-only
    }
  }
globalThis.__dirname = process.cwd();
globalThis.require = require;
const engine = require.resolve("@getodk/xforms-engine", { conditions: new Set(["import"]) });
const { createInstance } = await import(engine);
const form = readFileSync(process.argv[2], "utf8");

const nodesOf = (root) => {
  const found = new Map();
  const walk = (node) => {
    found.set(node.currentState.reference.split("/").at(-1), node);
    for (const child of node.currentState.children ?? []) if (typeof child === "object") walk(child);
  };
  walk(root);
  return found;
};
const answer = (node, value) => {
  if (node.nodeType === "select")
    Array.isArray(value) ? node.selectValues(value) : node.selectValue(value);
  else if (node.nodeType === "rank") node.setValues(value);
  else if (node.valueType === "int") node.setValue(BigInt(value));
  else node.setValue(value);
};
const begun = async (assigned) => {
  for (;;) {
    const { root } = await createInstance(form);
    const nodes = nodesOf(root);
    if (Object.entries(assigned).every(([name, level]) => nodes.get(name).currentState.value === level))
      return { root, nodes };
  }
};

const results = [];
for (const { assigned, language, answers } of JSON.parse(readFileSync(process.argv[3], "utf8"))) {
  const { root, nodes } = await begun(assigned);
  if (language) root.setLanguage(root.languages.find((known) => known.language === language));
  for (const [name, value] of answers) {
    const node = nodes.get(name);
    if (!node) throw new Error(`no question ${name}`);
    if (node.currentState.relevant) answer(node, value);
  }
  const labels = {};
  for (const [name, node] of nodes) labels[name] = node.currentState.label?.asString.trim() ?? "";
  const payload = await root.prepareInstancePayload({ payloadType: "monolithic" });
  const xml = await payload.data[0].get("xml_submission_file").text();
  const violations = (payload.violations ?? []).map((found) => found.reference);
  results.push({ xml, labels, violations });
}
console.log(JSON.stringify(results));
