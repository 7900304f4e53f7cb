"""Writes TypeScript that calls every operation by name, for the compiler: DOCUMENT FOLDER.

It writes calls_fetch.ts for openapi-fetch and calls_generator.ts for openapi-generator.
"""

import json
import sys
from pathlib import Path

from cases import INVALID, MEANT, UNKNOWN, Case, read_cases, to_camel_case, to_pascal_case

FETCH = """import createClient from "openapi-fetch";
import type {{ components, paths }} from "./schema";
import {{ given, problem, suggest }} from "./checks";

type Schemas = components["schemas"];
const client = createClient<paths>({{ baseUrl: process.argv[2]! }});

async function main() {{
{calls}
  const unknown = {{ params: {{ path: {unknown} }} }};
  const missing = await client.GET("/v1/indicators/{{indicator}}", unknown);
  const missed: Schemas["ProblemDocument"] = problem(missing, 404);
  const invalid = await client.GET("/v1/observations", {{ params: {{ query: {invalid} }} }});
  const told: Schemas["ProblemDocument"] = problem(invalid, 422);
  suggest("{meant}", missed, told);
  console.log("openapi-fetch: {count} operations, 2 problems");
}}

void main();
"""

GENERATOR = """import * as made from "./made";
import {{ same, suggest, thrown, whole }} from "./checks";

const configuration = new made.Configuration({{ basePath: process.argv[2]! }});
{apis}

async function main() {{
{calls}
  const missing = await thrown(figures.getIndicator({unknown}), 404);
  const missed: made.ProblemDocument = made.ProblemDocumentFromJSON(missing);
  const invalid = await thrown(figures.listObservations({invalid}), 422);
  const told: made.ProblemDocument = made.ProblemDocumentFromJSON(invalid);
  suggest("{meant}", missed, told);
  console.log("openapi-generator, typescript-fetch: {count} operations, 2 problems");
}}

void main();
"""


def format_value(value: object) -> str:
    """Format a value as TypeScript."""
    return json.dumps(value, ensure_ascii=False)


def format_fetch_call(case: Case) -> str:
    """Format a call with openapi-fetch, which declares the type of the response."""
    told = [
        f"{place}: {format_value(values)}"
        for place, values in (("path", case.in_path), ("query", case.in_query))
        if values
    ]
    options = [f"params: {{ {', '.join(told)} }}"] if told else []
    kind = f'Schemas["{case.model}"]' if case.model else "object"
    if not case.is_json:
        kind = "ArrayBuffer" if case.is_binary else "string"
        options.append(f"parseAs: {format_value('arrayBuffer' if case.is_binary else 'text')}")
    asked = ", { " + ", ".join(options) + " }" if options else ""
    name = to_camel_case(case.operation)
    return f'  const {name}: {kind} = given(await client.GET("{case.path}"{asked}));'


def format_generator_call(case: Case) -> str:
    """Format a call with the client of openapi-generator, which checks that nothing is lost."""
    name, api = to_camel_case(case.operation), to_camel_case(case.tag)
    arguments = {to_camel_case(key): value for key, value in case.arguments.items()}
    called = f"await {api}.{name}Raw({format_value(arguments)})"
    if case.model:
        return f"  await same<made.{case.model}>({called}, made.{case.model}ToJSON);"
    if case.is_json:
        return f"  await same<object>({called}, (value) => value);"
    return f"  await whole<{'Blob' if case.is_binary else 'string'}>({called});"


def main(document: Path, folder: Path) -> None:
    """Write both files."""
    known = list(read_cases(document))
    common = {
        "unknown": format_value(UNKNOWN),
        "invalid": format_value(INVALID),
        "meant": MEANT,
        "count": len(known),
    }
    (folder / "calls_fetch.ts").write_text(
        FETCH.format(calls="\n".join(map(format_fetch_call, known)), **common)
    )
    apis = "\n".join(
        f"const {to_camel_case(tag)} = new made.{to_pascal_case(tag)}Api(configuration);"
        for tag in sorted({case.tag for case in known})
    )
    calls = "\n".join(map(format_generator_call, known))
    (folder / "calls_generator.ts").write_text(GENERATOR.format(apis=apis, calls=calls, **common))


main(Path(sys.argv[1]), Path(sys.argv[2]))
