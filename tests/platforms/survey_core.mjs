// Lints a form and fills it: node survey_core.mjs FORM.json RESPONDENTS.json -> results as JSON.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.env.SURVEY_CORE + "/");
const { Model } = require("survey-core");
const { lintSurvey } = require("survey-core/linter");
const form = JSON.parse(readFileSync(process.argv[2], "utf8"));
const respondents = JSON.parse(readFileSync(process.argv[3], "utf8"));

const results = respondents.map(({ before, answers }, done) => {
  if (done && done % 100 === 0)
    console.error(`survey-core: ${done} of ${respondents.length} respondents, ${process.uptime().toFixed(0)} s`);
  const survey = new Model(form);
  for (const [name, value] of Object.entries(before)) survey.setValue(name, value);
  const titles = {};
  for (const [full, value] of answers) {
    // a question of a dynamic panel is known by its row, as MEMBER[2].AGE
    const [, roster, number, name] = full.match(/^(?:(\w+)\[(\d+)\]\.)?(.+)$/);
    if (value?.rows !== undefined) {
      const rows = survey.getQuestionByName(name);
      if (rows.isVisible && rows.page.isVisible) rows.panelCount = value.rows;
      continue;
    }
    const panel = roster && survey.getQuestionByName(roster);
    if (panel && !(panel.isVisible && panel.page.isVisible && number <= panel.panelCount)) continue;
    const [matrix, row] = name.split(".");
    const question = (panel ? panel.panels[number - 1] : survey).getQuestionByName(matrix);
    if (!question) throw new Error(`no question ${name}`);
    if (!question.isVisible || !question.page.isVisible || !question.parent.isVisible) continue;
    if (row === undefined) question.value = value;
    else if (question.visibleRows.some((found) => found.name === row))
      question.value = { ...question.value, [row]: value };
    else continue;
    titles[full] = question.locTitle.renderedHtml;
  }
  const rows = {}, notes = {};
  for (const question of survey.getAllQuestions()) {
    if (question.getType() === "html") notes[question.name] = question.locHtml.renderedHtml;
    if (question.getType() === "matrix")
      for (const row of question.visibleRows) rows[row.name] = row.locText.renderedHtml;
  }
  const shown = {};
  for (const question of survey.getAllQuestions()) {
    const parts = [question.locTitle, question.locDescription];
    for (const choice of question.visibleChoices ?? []) parts.push(choice.locText);
    if (question.getType() === "paneldynamic") continue;
    for (const part of question.items ?? []) parts.push(part.locTitle);
    for (const column of question.visibleColumns ?? []) parts.push(column.locText);
    shown[question.name] = parts.map((part) => part.renderedHtml);
  }
  for (const page of survey.pages)
    shown[page.name] = [page.locTitle.renderedHtml, page.locDescription.renderedHtml];
  const completed = survey.tryComplete();
  const errors = survey.getAllQuestions(false, false, true).flatMap((q) => q.errors.map((e) => `${q.name}: ${e.text}`));
  return { completed, errors, data: survey.data, titles, rows, notes, shown };
});
const lint = lintSurvey(form);
console.log(JSON.stringify({ jsonErrors: new Model(form).jsonErrors ?? [], lint, results }));
