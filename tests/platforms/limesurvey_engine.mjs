// Fills a LimeSurvey structure as LimeSurvey would, and writes the CSV that it exports:
// node limesurvey_engine.mjs STRUCTURE.txt RESPONDENTS.json -> JSON {csv, shown, problems}.
//
// ExpressionScript is read twice, as the server does (PHP 8: a number and a text that is no number
// compare as texts) and as the browser does (JavaScript); a difference between them is a problem.
import { readFileSync } from "node:fs";

const lines = readFileSync(process.argv[2], "utf8").replace(/^\ufeff/, "").split("\r\n");
const header = lines[0].split("\t");
const table = lines.slice(1).filter(Boolean).map((line) => {
  const cells = line.split("\t");
  if (cells.length !== header.length) throw new Error(`${cells.length} cells: ${line}`);
  return Object.fromEntries(header.map((name, place) => [name, cells[place]]));
});
const setting = (name) => table.find((row) => row.class === "S" && row.name === name)?.text;
const languages = [setting("language"), ...setting("additional_languages").split(" ")].filter(Boolean);

const structure = (language) => {
  const questions = [];
  for (const row of table.filter((one) => one.language === language)) {
    if (row.class === "G") questions.group = row;
    if (row.class === "Q") questions.push({ ...row, group: questions.group, subs: [], answers: [] });
    if (row.class === "SQ") questions.at(-1).subs.push(row);
    if (row.class === "A") questions.at(-1).answers.push(row);
  }
  return questions;
};
const forms = Object.fromEntries(languages.map((language) => [language, structure(language)]));
const form = forms[languages[0]];

const columnsOf = (question) => {
  if (["F", "M", "K"].includes(question["type/scale"])) return question.subs.map((sub) => sub.name);
  if (question["type/scale"] !== "R") return [""];
  const most = Number(question.max_subquestions || question.answers.length);
  return Array.from({ length: most }, (_, rank) => String(rank + 1));
};
const keys = form.flatMap((q) => columnsOf(q).map((sub) => (sub ? `${q.name}_${sub}` : q.name)));
const headings = form.flatMap((q) => columnsOf(q).map((sub) => (sub ? `${q.name}[${sub}]` : q.name)));
if (new Set(keys.map((key) => key.toUpperCase())).size !== keys.length) throw new Error("codes clash");

const TOKEN = /\s+|'[^']*'|"[^"]*"|(\d+(?:\.\d+)?)|([A-Za-z][A-Za-z0-9_]*(?:\.NAOK)?)|(<=|>=|==|!=|[<>!+\-*\/(),])/gy;
const WORDS = { and: "&&", or: "||", eq: "==", ne: "!=", lt: "<", le: "<=", gt: ">", ge: ">=" };
const tokenize = (text) => {
  const tokens = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new Error(`no token at ${at} of ${text}`);
    const [whole, number, word, mark] = match;
    if (number) tokens.push({ number: Number(number) });
    else if (word && WORDS[word.toLowerCase()]) tokens.push({ mark: WORDS[word.toLowerCase()] });
    else if (word) tokens.push({ word });
    else if (mark) tokens.push({ mark });
    else if (whole.trim()) tokens.push({ text: whole.slice(1, -1) });
  }
  return tokens;
};
const LEVELS = [["||"], ["&&"], ["==", "!="], ["<", "<=", ">", ">="], ["+", "-"], ["*", "/"]];
const parse = (text) => {
  const tokens = tokenize(text);
  let place = 0;
  const binary = (level) => {
    if (level === LEVELS.length) return unary();
    let left = binary(level + 1);
    while (LEVELS[level].includes(tokens[place]?.mark)) {
      const operator = tokens[place++].mark;
      left = { operator, left, right: binary(level + 1) };
    }
    return left;
  };
  const unary = () => {
    const token = tokens[place++];
    if (token.mark === "!" || token.mark === "-") return { unary: token.mark, part: unary() };
    if (token.mark === "(") {
      const inner = binary(0);
      if (tokens[place++]?.mark !== ")") throw new Error(`no ) in ${text}`);
      return inner;
    }
    if (token.word && tokens[place]?.mark === "(") {
      place++;
      const found = [];
      while (tokens[place]?.mark !== ")") {
        found.push(binary(0));
        if (tokens[place]?.mark === ",") place++;
      }
      place++;
      return { call: token.word, arguments: found };
    }
    if (token.mark) throw new Error(`${token.mark} out of place in ${text}`);
    return token;
  };
  const tree = binary(0);
  if (place !== tokens.length) throw new Error(`more than an expression: ${text}`);
  return tree;
};

const isNumber = (value) => typeof value === "number" || (value !== "" && !Number.isNaN(Number(value)));
const compared = {
  server: (left, right) =>
    isNumber(left) && isNumber(right) ? [Number(left), Number(right)] : [String(left), String(right)],
  browser: (left, right) =>
    [left, right].map((value) => (isNumber(value) ? Number(value) : value)),
};
const COMPARE = {
  "==": (a, b) => a == b, "!=": (a, b) => a != b, "<": (a, b) => a < b,
  "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b,
};
const number = (value) => (isNumber(value) ? Number(value) : NaN);
const FUNCTIONS = {
  strlen: (text) => String(text).length,
  join: (...parts) => parts.join(""),
  trim: (text) => String(text).trim(),
  strtolower: (text) => String(text).toLowerCase(),
  // false where there is none, which is no more than 0 as PHP and JavaScript compare it
  strpos: (text, part) => {
    const place = String(text).indexOf(String(part));
    return place < 0 ? false : place;
  },
  sum: (...parts) => parts.filter(isNumber).reduce((total, part) => total + Number(part), 0),
  min: (...parts) => Math.min(...parts.map(number)),
  max: (...parts) => Math.max(...parts.map(number)),
  abs: (part) => Math.abs(number(part)),
  rand: (low, high) => low + Math.floor(Math.random() * (high - low + 1)),
};
const evaluate = (tree, values, reading) => {
  const value = (part) => evaluate(part, values, reading);
  if ("number" in tree) return tree.number;
  if ("text" in tree) return tree.text;
  if (tree.word) {
    const name = tree.word.replace(/\.NAOK$/, "");
    if (!(name in values)) throw new Error(`unknown variable ${tree.word}`);
    if (name === tree.word) throw new Error(`${name} without NAOK`);
    return values[name] ?? "";
  }
  if (tree.unary) return tree.unary === "!" ? !value(tree.part) : -number(value(tree.part));
  if (tree.call === "if") return value(tree.arguments[value(tree.arguments[0]) ? 1 : 2]);
  if (tree.call) {
    if (!FUNCTIONS[tree.call]) throw new Error(`unknown function ${tree.call}`);
    return FUNCTIONS[tree.call](...tree.arguments.map(value));
  }
  if (tree.operator === "&&") return Boolean(value(tree.left)) && Boolean(value(tree.right));
  if (tree.operator === "||") return Boolean(value(tree.left)) || Boolean(value(tree.right));
  const [left, right] = [value(tree.left), value(tree.right)];
  if (COMPARE[tree.operator]) return COMPARE[tree.operator](...compared[reading](left, right));
  const sides = [number(left), number(right)];
  return { "+": sides[0] + sides[1], "-": sides[0] - sides[1], "*": sides[0] * sides[1],
           "/": sides[0] / sides[1] }[tree.operator];
};
const parsed = new Map();
const treeOf = (text) => parsed.get(text) ?? parsed.set(text, parse(text)).get(text);
const both = (text, values, problems) => {
  const [server, browser] = ["server", "browser"].map((how) => evaluate(treeOf(text), values, how));
  const same = text.includes("rand(") || String(server) === String(browser);
  if (!same) problems.push(`server says ${server}, browser ${browser}: ${text}`);
  return server;
};
const ENTITIES = { "&quot;": '"', "&#39;": "'", "&lt;": "<", "&gt;": ">", "&#123;": "{",
                   "&#124;": "|", "&#125;": "}", "&#92;": "\\", "<br />": "\n", "&nbsp;": " ", "&amp;": "&" };
const shown = (text, values, problems) =>
  text
    .replace(/\{(?!\s)([^{}]*[^{}\s])\}/g, (_, inner) => both(inner, values, problems))
    .replace(/&quot;|&#39;|&lt;|&gt;|&#12[345];|&#92;|<br \/>|&nbsp;|&amp;/g, (one) => ENTITIES[one]);

const prefilled = (text, values, problems) =>
  text.startsWith("{") ? String(both(text.slice(1, -1), values, problems)) : text;
const given = (question, sub, answers) => {
  const type = question["type/scale"];
  const answer = answers[type === "F" ? sub : question.name];
  if (answer === undefined || answer === null) return "";
  if (type === "M") return answer.includes(sub) ? "Y" : "";
  if (type === "R") return answer[Number(sub) - 1] ?? "";
  if (type === "K") return String(answer[sub] ?? "");
  return String(answer);
};
const check = (question, cells, subsShown, values, problems) => {
  const filled = Object.values(cells).filter((cell) => cell !== "");
  const wrong = (what) => problems.push(`${question.name}: ${what}`);
  const codes = new Set(question.answers.map((row) => row.name));
  if (question.mandatory === "Y" && filled.length < (question["type/scale"] === "F" ? subsShown : 1))
    wrong("mandatory");
  if (["L", "F", "R"].includes(question["type/scale"]) && filled.some((cell) => !codes.has(cell)))
    wrong("no such answer");
  if (question.min_num_value_n && filled.some((cell) => Number(cell) < Number(question.min_num_value_n)))
    wrong("below the minimum");
  if (question.max_num_value_n && filled.some((cell) => Number(cell) > Number(question.max_num_value_n)))
    wrong("above the maximum");
  if (question.maximum_chars && filled.some((cell) => cell.length > Number(question.maximum_chars))) wrong("too long");
  const regex = question.validation && new RegExp(question.validation.slice(1, -1));
  if (regex && filled.some((cell) => !regex.test(cell))) wrong("no match");
  if (question.date_min && filled.some((cell) => cell < question.date_min)) wrong("too early");
  if (question.date_max && filled.some((cell) => cell > question.date_max)) wrong("too late");
  if (question.num_value_int_only === "1" && filled.some((cell) => Number(cell) % 1)) wrong("not whole");
  if (question.max_answers && filled.length > Number(question.max_answers)) wrong("too many");
  if (question.em_validation_q && filled.length && !both(question.em_validation_q, values, problems)) wrong("invalid");
  const total = filled.reduce((sum, cell) => sum + Number(cell), 0);
  if (question.equals_num_value && filled.length && total !== Number(question.equals_num_value))
    wrong("wrong total");
  const alone = (question.exclude_all_others ?? "").split(";").filter(Boolean);
  if (filled.length > 1 && alone.some((sub) => cells[`${question.name}_${sub}`])) wrong("not alone");
};
const fill = ({ assigned, answers, language = languages[0] }) => {
  const values = Object.fromEntries(keys.map((key) => [key, null]));
  const problems = [];
  const texts = {};
  const asked = forms[language];
  for (const [place, question] of form.entries()) {
    const type = question["type/scale"];
    if (type === "*") {
      const drawn = both(question.text.slice(1, -1), values, problems);
      values[question.name] = assigned[question.name] ?? String(drawn);
      continue;
    }
    if (!both(question.relevance, values, problems)) continue;
    const cells = {};
    let subsShown = 0;
    for (const [which, sub] of columnsOf(question).entries()) {
      const relevance = "FM".includes(type) ? question.subs[which].relevance : "1";
      const key = sub ? `${question.name}_${sub}` : question.name;
      if (!both(relevance, values, problems)) {
        if (given(question, sub, answers) && type === "M") problems.push(`${key}: not shown`);
        continue;
      }
      subsShown++;
      values[key] = cells[key] = given(question, sub, answers);
      if (question.default && answers[question.name] === undefined)
        values[key] = cells[key] = prefilled(asked[place].default, values, problems);
      if (type === "F") texts[sub] = shown(asked[place].subs[which].text, values, problems);
    }
    texts[question.name] = shown(asked[place].text, values, problems);
    texts[`page of ${question.name}`] = shown(asked[place].group.name, values, problems);
    if (type !== "X") check(question, cells, subsShown, values, problems);
  }
  return { values, problems, texts };
};

const quoted = (cells) => cells.map((cell) => `"${String(cell ?? "").replaceAll('"', '""')}"`).join(";");
const people = JSON.parse(readFileSync(process.argv[3], "utf8"));
const filled = people.map(fill);
const moments = Object.fromEntries(form.filter((q) => q["type/scale"] === "D").map((q) => [q.name, q.date_format]));
// the database keeps a date and a time together
const kept = (key, value) =>
  !value || !(key in moments) ? value : moments[key] === "HH:MM" ? `1970-01-01 ${value}:00` : `${value} 00:00:00`;
const rows = filled.map(({ values }, place) => [
  place + 1, "2026-11-24 10:42:45", 1, people[place].language ?? languages[0], 140, "2026-11-24 10:42:43",
  "2026-11-24 10:42:45", ...keys.map((key) => kept(key, values[key])),
]);
const OWN = ["id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp"];
const csv = "\ufeff" + [[...OWN, ...headings], ...rows].map(quoted).join("\r\n") + "\r\n\r\n";
console.log(JSON.stringify({ csv, texts: filled.map((one) => one.texts), problems: filled.map((one) => one.problems) }));
