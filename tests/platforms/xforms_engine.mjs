// Fills an XForm by ODK's web engine: node xforms_engine.mjs FORM.xml RESPONDENTS.json -> JSON.
// The form is loaded once; each respondent gets a new submission, and the one before is freed.
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
const { loadForm } = await import(engine);

const nodesOf = (root) => {
  const found = new Map();
  const walk = (node) => {
    const reference = node.currentState.reference;
    // a question of a repeat is known by its row, as member[2]/age
    const row = reference.match(/[^/]+\[\d+\](?=\/)/)?.[0];
    found.set((row ? `${row}/` : "") + reference.split("/").at(-1), node);
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
// the text that is shown, and the elements in which parts of it stand
const shownAs = (parts) => {
  const elements = [];
  const text = (node) => {
    if (node.role === "child") return node.value;
    if (node.role === "html") return elements.push("html"), node.unsafeHtml ?? "";
    if (node.elementName && !["p", "span"].includes(node.elementName)) elements.push(node.elementName);
    return (node.children ?? []).map(text).join("");
  };
  return { text: parts.map(text).join(""), elements };
};
const MOST_DRAWS = 1000;
const begun = (form, assigned) => {
  for (let draw = 0; draw < MOST_DRAWS; draw++) {
    // unlike createInstance, this disposes of the submission before, which is never freed otherwise
    const { root } = form.resetInstance();
    const nodes = nodesOf(root);
    if (Object.entries(assigned).every(([name, level]) => nodes.get(name).currentState.value === level))
      return { root, nodes };
  }
  throw new Error(`${MOST_DRAWS} submissions were begun and none drew ${JSON.stringify(assigned)}`);
};

const form = await loadForm(readFileSync(process.argv[2], "utf8"));
if (form.status === "failure") throw form.error;
const people = JSON.parse(readFileSync(process.argv[3], "utf8"));
const results = [];
for (const { assigned, language, answers } of people) {
  const { root, nodes: first } = begun(form, assigned);
  let nodes = first;
  if (language) root.setLanguage(root.languages.find((known) => known.language === language));
  for (const [name, value] of answers) {
    if (!nodes.has(name)) nodes = nodesOf(root); // rows were added
    const node = nodes.get(name);
    if (value?.rows !== undefined) {
      const there = node.currentState.children.length;
      if (there < value.rows) node.addInstances(there - 1, value.rows - there);
      if (there > value.rows) node.removeInstances(value.rows, there - value.rows);
      continue;
    }
    if (!node) throw new Error(`no question ${name}`);
    if (node.currentState.relevant) answer(node, value);
  }
  const labels = {}, hints = {}, options = {}, styles = {};
  for (const [name, { currentState }] of nodes) {
    const texts = [currentState.label, currentState.hint];
    for (const option of currentState.valueOptions ?? []) texts.push(option.label);
    const [label, hint, ...choices] = texts.map((text) => text?.asString.trim() ?? "");
    [labels[name], hints[name], options[name]] = [label, hint, choices];
    styles[name] = texts.map((text) => shownAs(text?.formatted ?? []));
  }
  const payload = await root.prepareInstancePayload({ payloadType: "monolithic" });
  const xml = await payload.data[0].get("xml_submission_file").text();
  const violations = (payload.violations ?? []).map((found) => found.reference);
  results.push({ xml, labels, hints, options, styles, violations });
  if (results.length % 100 === 0)
    console.error(`xforms-engine: ${results.length} of ${people.length} respondents, ${process.uptime().toFixed(0)} s`);
}
console.log(JSON.stringify(results));
