// Describes the API from the document that the service itself gives of it.

const main = document.getElementById("docs");

document.getElementById("curl").textContent = `curl -s -H 'Content-Type: application/json' \\
  -d '{"text": "He volition question to Mexico connected Friday."}' \\
  ${location.origin}/restore`;

const api = await (await fetch("/openapi.json")).json();

for (const [path, methods] of Object.entries(api.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    const title = make("h2", make("code", `${method.toUpperCase()} ${path}`));
    main.append(title, make("p", `${operation.summary}.`));
    const request = operation.requestBody?.content["application/json"].schema;
    for (const shape of request?.oneOf ?? []) main.append(make("h3", ...lead(shape)), fields(shape));
    const answer = resolve(operation.responses[200].content["application/json"].schema);
    const described = new Set();
    for (const shape of (answer.anyOf ?? [answer]).map(resolve)) {
      described.add(shape.title);
      main.append(make("h3", "Answer: ", ...lead(shape)), fields(shape, described));
    }
    const failures = Object.entries(operation.responses).filter(([status]) => status !== "200");
    if (failures.length) {
      main.append(make("h3", 'Failures: {"error": why}'));
      main.append(list(failures.map(([status, { description }]) => [status, description])));
    }
  }
}

const { limits } = await (await fetch("/health")).json();
main.append(make("h2", "Limits of this service"));
main.append(list(Object.entries(limits).map(([name, most]) => [name, most.toLocaleString("en")])));

/** What an object holds; the shapes in `described` are not described again. */
function fields(shape, described = new Set()) {
  return list(
    Object.entries(shape.properties ?? {}).map(([name, field]) => {
      const required = shape.required?.includes(name) && field.default === undefined;
      const text = [required ? "required" : "", kind(field), field.description].filter(Boolean);
      const inner = innerShape(field);
      const nested = inner && !described.has(inner.title) ? [fields(inner, described)] : [];
      return [name, text.join(". "), ...nested];
    }),
  );
}

function kind(field) {
  const found = resolve(field);
  if (found.enum) return found.enum.map((value) => `"${value}"`).join(", ");
  const one = found.anyOf?.map(resolve).find(({ type }) => type !== "null") ?? found;
  const names = { array: "list", integer: "whole number", boolean: "true or false" };
  return names[one.type] ?? one.type ?? "";
}

function innerShape(field) {
  const one = field.anyOf?.find(({ type }) => type !== "null") ?? field;
  const inner = resolve(one.items ?? one);
  return inner.properties ? inner : null;
}

function resolve(schema = {}) {
  return schema.$ref ? api.components.schemas[schema.$ref.split("/").at(-1)] : schema;
}

/** A shape's description, its `names` as code. */
function lead({ description, title }) {
  return (description ?? title).split("`").map((part, i) => (i % 2 ? make("code", part) : part));
}

function list(rows) {
  const element = document.createElement("dl");
  for (const [term, ...parts] of rows) element.append(make("dt", make("code", term)), make("dd", ...parts));
  return element;
}

function make(tag, ...parts) {
  const element = document.createElement(tag);
  element.append(...parts);
  return element;
}
