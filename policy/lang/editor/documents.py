"""A JSON Schema (draft 7, which editors know best) for each kind of rule file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from policy.lang.editor.situations import FACTS, Situations, reference
from policy.lang.grammar.files import GRAMMARS, Kind
from policy.lang.grammar.forms import (
    ByWord,
    Either,
    Facts,
    Form,
    Items,
    Key,
    Keys,
    Named,
    Text,
    Value,
)
from policy.lang.patterns import KEY
from policy.lang.schema import FactSchema

Schema: TypeAlias = dict[str, Any]
"""A part of a JSON Schema."""

DRAFT = "http://json-schema.org/draft-07/schema#"
SCALAR = ["string", "number", "boolean"]
"""What a text without quotes may look like."""


def document(kind: Kind, facts: FactSchema) -> str:
    """The schema of a kind of file, as the text of a file. Facts are those of the tree."""
    situations = Situations(facts)
    made = _Maker(situations).form(GRAMMARS[kind])
    definitions = situations.definitions() if kind == "tests" else {}
    title = f"Stave: {GRAMMARS[kind].what.replace('`', '')}"
    whole = {"$schema": DRAFT, "title": title, **made}
    if definitions:
        whole["definitions"] = definitions
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


class _Maker:
    """Makes schemas of forms."""

    def __init__(self, situations: Situations) -> None:
        self._situations = situations

    def form(self, form: Form) -> Schema:
        """The schema of any form."""
        match form:
            case Text():
                return self._text(form)
            case Items(of, least=least):
                return {"type": "array", "items": self.form(of)} | (
                    {"minItems": least} if least else {}
                )
            case Named(of, pattern):
                names = {"propertyNames": {"pattern": whole(pattern)}} if pattern else {}
                return {"type": "object", "additionalProperties": self.form(of)} | names
            case Keys():
                return self._keys(form)
            case ByWord(key, forms):
                return self._by_word(key, forms)
            case Either(forms):
                return {"anyOf": [self.form(each) for each in forms]}
            case Facts(on):
                if on is None:
                    return {"allOf": [reference(FACTS)]}
                return self._situations.facts({"on": self.form(on)})
            case Value():
                return {}

    def _text(self, form: Text) -> Schema:
        match form.role:
            case "whole":
                return {"type": "integer"}
            case "truth":
                return {"type": "boolean"}
            case "rule":
                return {"type": "string", "pattern": whole(KEY)}
            case "fact":
                return {"enum": self._situations.paths()}
        if form.words:
            return {"enum": list(form.words)}
        if form.pattern:
            return {"type": "string", "pattern": whole(form.pattern)}
        return {"type": SCALAR}

    def _keys(self, form: Keys) -> Schema:
        required = {"required": list(form.required)} if form.required else {}
        return {
            "type": "object",
            "properties": {key.name: self._key(key) for key in form.keys},
            **required,
            "additionalProperties": False,
        }

    def _key(self, key: Key) -> Schema:
        return {"description": sentence(key.doc), **self.form(key.form)}

    def _by_word(self, key: str, forms: Mapping[str, Keys]) -> Schema:
        """Which keys there are depends on a word; while that is missing, any may be."""
        word = {
            "enum": list(forms),
            "description": "\n".join(f"{name}: {_meaning(form)}" for name, form in forms.items()),
        }
        cases = [
            {
                "if": {"properties": {key: {"const": name}}, "required": [key]},
                "then": self.form(form),
            }
            for name, form in forms.items()
        ]
        return {"type": "object", "properties": {key: word}, "required": [key], "allOf": cases}


def _meaning(form: Keys) -> str:
    return form.keys[0].doc


def whole(pattern: str) -> str:
    """A pattern for the whole of a text, as schemas look for it anywhere."""
    return f"^(?:{pattern})$"


def sentence(doc: str) -> str:
    """The words on a key as a sentence; what begins with code stays as it is."""
    return f"{doc[0].upper()}{doc[1:]}."
