"""What nobody uses: variables that no rule names, parameters that no version reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from policy.lang.diagnostics import Diagnostic, quoted, warning
from policy.lang.parameters import ParameterSyntax
from policy.lang.ruleset import VersionSyntax
from policy.lang.variables import parameters_read, texts_of, used_by


def unused_variables(version: VersionSyntax) -> Iterator[Diagnostic]:
    """Variables that no rule names, directly or through another."""
    texts = [text for rule in version.rules for text in texts_of(rule)]
    used = used_by(texts, version.variables)
    for variable in version.variables:
        name = variable.name
        if name.text not in used:
            message = f"no rule uses the variable {quoted(name.text)}"
            path = version.source.path
            yield warning("unused-variable", message, path, name.span, help="use it, or remove it")


def unused_parameters(
    parameters: Sequence[ParameterSyntax], versions: Iterable[VersionSyntax]
) -> Iterator[Diagnostic]:
    """Parameters that neither a version nor accounting reads."""
    used = {name for version in versions for name in parameters_read(version, parameters)}
    for parameter in parameters:
        if parameter.name not in used:
            message = f"no version reads the parameter {quoted(parameter.name)}"
            help = f"remove it, read it as `params.{parameter.name}`, or say `read_by: accounting`"
            yield warning("unused-parameter", message, parameter.path, parameter.span, help=help)
