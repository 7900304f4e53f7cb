// The OpenAPI and OWASP rule sets in full; whatever is left out or narrowed says why.
import owasp from "@stoplight/spectral-owasp-ruleset";
import { oas } from "@stoplight/spectral-rulesets";

const narrowed = (name, ...given) => ({ [name]: { ...(oas.rules[name] ?? owasp.rules[name]), given } });

// Operators ask for the health of the service as often as they like, so nothing limits that.
const responses = "$.paths[?(!@property.match(/^\\/health/))]..responses";

// A file is as long as its table, and its text has no pattern; parameters, headers and JSON are bounded.
// The length of a date follows from its format, and aiopenapi3 fails where it is given.
const isText = '[?(@ && (@.type == "string" || (@.type && @.type.includes && @.type.includes("string"))) && !/^date/.test(@.format))]';
// Headers and schemas are referred to from every response, and would be compiled again for each of them.
const hasExample = "[?(@ && @.schema && (@.example !== void 0 || @.examples))]";
const [definedSchemas, , , schemasOfParameters] = oas.rules["oas3-valid-schema-example"].given;

const texts = ["$.components", "$.paths..parameters"].map((place) => `${place}..${isText}`);

export default {
  extends: [[oas, "all"], [owasp, "all"]],
  rules: {
    // The rule wants an e-mail address, and whoever runs the service is not known to the program.
    "contact-properties": "off",
    // The tags are in the order in which a reader needs them.
    "openapi-tags-alphabetical": "off",
    // Everything is public and only read: there is no key that could be asked for or refused.
    "owasp:api2:2023-read-restricted": "off",
    "owasp:api8:2023-define-error-responses-401": "off",
    // Only documents in OpenAPI 3.0 are asked: other standards define what is in their objects, and keys are data.
    "owasp:api3:2023-no-additionalProperties": "off",
    "owasp:api3:2023-constrained-additionalProperties": "off",
    ...narrowed("oas3-valid-schema-example", definedSchemas, "$.components.headers.*.schema", schemasOfParameters),
    ...narrowed("oas3-valid-media-example", ...["content", "parameters"].map((place) => `$..${place}..${hasExample}`), `$.components.headers${hasExample}`),
    ...narrowed("owasp:api4:2023-rate-limit", `${responses}[?(@property.match(/^(2|4)/))]`),
    ...narrowed("owasp:api4:2023-rate-limit-responses-429", responses),
    ...narrowed("owasp:api4:2023-string-limit", ...texts),
    ...narrowed("owasp:api4:2023-string-restricted", ...texts),
  },
};
